-- wrk script: every thread pushes whole small images, one request after the other, as a client does.
-- POST, PATCH, PUT for two layers and a config, then PUT of the manifest by tag: 10 requests an image.
-- Environment: BENCH_IMAGES (a folder: images-1, images-2, ... one for each thread, and filler), BENCH_REPOSITORY,
-- BENCH_AUTHORIZATION (may be empty).

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("number", #threads)
end

local images, filler, headers
local image, step, location = 1, 1, nil
-- Globals, so that done() can read them.
requests_done, images_done, wrong, first_wrong = 0, 0, 0, ""

function init()
  local folder = os.getenv("BENCH_IMAGES")
  images = {}
  for line in io.lines(folder .. "/images-" .. number) do
    local fields = {}
    for field in line:gmatch("[^\t]+") do fields[#fields + 1] = field end
    images[#images + 1] = fields
  end
  local file = io.open(folder .. "/filler", "rb")
  filler = file:read("*a")
  file:close()
  headers = { ["Content-Type"] = "application/octet-stream" }
  local authorization = os.getenv("BENCH_AUTHORIZATION")
  if authorization ~= "" then headers["Authorization"] = authorization end
end

local base = "/v2/" .. os.getenv("BENCH_REPOSITORY")

-- An image's fields: name, digest of layer 1, of layer 2, of the config, the config, the manifest.
local function body(fields, blob)
  if blob == 3 then return fields[5] end
  return fields[1] .. blob .. filler
end

-- wrk may ask more than once for the same request; only an answer moves on.
function request()
  local fields = images[image]
  if step == 10 then
    headers["Content-Type"] = "application/vnd.oci.image.manifest.v1+json"
    local text = wrk.format("PUT", base .. "/manifests/" .. fields[1], headers, fields[6])
    headers["Content-Type"] = "application/octet-stream"
    return text
  end
  local blob, part = math.floor((step - 1) / 3) + 1, (step - 1) % 3
  if part == 0 then return wrk.format("POST", base .. "/blobs/uploads/", headers, "") end
  if part == 1 then return wrk.format("PATCH", location, headers, body(fields, blob)) end
  local joint = location:find("?", 1, true) and "&" or "?"
  return wrk.format("PUT", location .. joint .. "digest=" .. fields[blob + 1], headers, "")
end

function response(status, answer)
  local expected = (step == 10 or step % 3 == 0) and 201 or 202
  if status ~= expected then
    wrong = wrong + 1
    first_wrong = "step " .. step .. ": " .. status
    step, image = 1, image + 1
  else
    requests_done = requests_done + 1
    if step == 10 then
      images_done = images_done + 1
      step, image = 1, image + 1
    else
      step = step + 1
      local to = answer["Location"] or answer["location"]
      if to then location = to:gsub("^https?://[^/]+", "") end
    end
  end
  if image > #images then
    wrong, first_wrong = wrong + 1, "the thread ran out of images"
    wrk.thread:stop()
    image = 1
  end
end

function done(summary, latency)
  local count, whole, bad, what = 0, 0, 0, ""
  for _, thread in ipairs(threads) do
    count = count + thread:get("requests_done")
    whole = whole + thread:get("images_done")
    bad = bad + thread:get("wrong")
    if thread:get("first_wrong") ~= "" then what = thread:get("first_wrong") end
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"images":%d,"seconds":%f,"bytes":%.0f,"errors":%d,"what":"%s","p50Ms":%f,"p99Ms":%f}\n',
    count, whole, summary.duration / 1e6, summary.bytes,
    bad + errors.connect + errors.read + errors.write + errors.timeout, what,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
