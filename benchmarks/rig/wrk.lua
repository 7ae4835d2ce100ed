-- Sends the requests of the file that is named after the URL, one a line, in turn, with the tokens of the file after that in
-- turn in place of each \2; tells of the result on one line.
local requests = {}
local tokens = {}
local sent = 0
local written = 0

function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = line:gsub("\1", "\r\n")
  end
  for line in io.lines(args[2]) do
    tokens[#tokens + 1] = line
  end
end

function request()
  sent = sent + 1
  local message = requests[(sent - 1) % #requests + 1]
  if not message:find("\2", 1, true) then return message end
  written = written + 1
  return (message:gsub("\2", tokens[(written - 1) % #tokens + 1]))
end

function done(summary, latency)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"requestsPerSecond":%.3f,"errors":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), errors,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
