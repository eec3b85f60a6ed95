-- wrk's script: one request per line of cookies in the file that the first argument names, in turn.
local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    local headers = line ~= '-' and { Cookie = line } or {}
    requests[#requests + 1] = wrk.format('GET', nil, headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
