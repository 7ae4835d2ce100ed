-- Sends the requests of the file that is named after the URL, one a line, in turn; tells of the result on one line.
local requests = {}
local sent = 0

function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = line:gsub("\1", "\r\n")
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"requestsPerSecond":%.3f,"errors":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), errors,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
