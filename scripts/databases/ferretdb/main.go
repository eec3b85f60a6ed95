// FerretDB on SQLite, under the name of mongod and with those of its options that tests give. FerretDB 1.24 reads a
// document, looks whether it matches, and writes it, and other commands may come in between. MongoDB's commands on one
// document are atomic: so commands go to FerretDB one at a time.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

const (
	headerSize     = 16
	maxMessageSize = 48_000_000
)

func main() {
	port := flag.Int("port", 27017, "port to listen on")
	data := flag.String("dbpath", "/data/db", "directory of the data")
	all := flag.Bool("bind_ip_all", false, "listen on all addresses, not only on localhost")
	version := flag.Bool("version", false, "say what this is")
	flag.Parse()
	if *version {
		fmt.Println("FerretDB", ferretdbVersion())
		return
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	host := "127.0.0.1"
	if *all {
		host = "0.0.0.0"
	}
	if err := run(fmt.Sprintf("%s:%d", host, *port), *data); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address, data string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// A server that was killed has left its socket behind.
	socket := filepath.Join(data, "ferretdb.sock")
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{Unix: socket},
		Handler:  "sqlite",
		// Nothing is lost when the server is killed, and it waits for no disk.
		SQLiteURL: "file:" + data + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go accept(listener, socket)
	fmt.Println("Waiting for connections")
	return server.Run(ctx)
}

func accept(listener net.Listener, socket string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			slog.Error("accept", "error", err)
			os.Exit(1)
		}
		go serve(client, socket)
	}
}

// turn is held by the command that is being answered.
var turn sync.Mutex

func serve(client net.Conn, socket string) {
	defer client.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		slog.Error("dial", "error", err)
		return
	}
	defer server.Close()
	for {
		command, err := readMessage(client)
		if err != nil {
			return
		}
		answer, err := ask(server, command)
		if err != nil {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func ask(server net.Conn, command []byte) ([]byte, error) {
	turn.Lock()
	defer turn.Unlock()
	if _, err := server.Write(command); err != nil {
		return nil, err
	}
	return readMessage(server)
}

// readMessage reads a message as it is: its header begins with its length.
func readMessage(from io.Reader) ([]byte, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(header)
	if size < headerSize || size > maxMessageSize {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	message := make([]byte, size)
	copy(message, header)
	_, err := io.ReadFull(from, message[headerSize:])
	return message, err
}

func ferretdbVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/FerretDB/FerretDB" {
			return module.Version
		}
	}
	return "unknown"
}
