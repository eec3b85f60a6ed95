-- wrk's script: one request of the first argument's method per line of cookies in the file that the second one names, in turn.
local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[2]) do
    local headers = line ~= '-' and { Cookie = line } or {}
    if args[1] ~= 'GET' then headers['Content-Length'] = '0' end
    requests[#requests + 1] = wrk.format(args[1], nil, headers)
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
