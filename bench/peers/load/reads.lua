-- wrk script: asks for the paths of a file in turn, from a random one on, and reports what wrk counted as JSON.
-- Environment: BENCH_PATHS, BENCH_AUTHORIZATION (may be empty).

local requests = {}
local at

function init()
  local headers = {}
  local authorization = os.getenv("BENCH_AUTHORIZATION")
  if authorization ~= "" then headers["Authorization"] = authorization end
  headers["Accept"] = "application/vnd.oci.image.manifest.v1+json, */*"
  for path in io.lines(os.getenv("BENCH_PATHS")) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  math.randomseed(os.time())
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"bytes":%.0f,"errors":%d,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
