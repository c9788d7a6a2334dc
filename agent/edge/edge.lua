-- Tidegate's edge task. It runs inside HAProxy: asks control for the state of the environment (long poll),
-- writes it to the disk of the container, sets it in every worker, reloads where that is not enough, and tells
-- control what this edge runs and sees. Requests never pass through here. The format of what it reads is in
-- state-document.ts, what it reports in the ledger's acks.ts. Works with HAProxy 2.6 to 3.0 (Lua 5.3 and 5.4).

local STATE = "/state"
local MAP, SERVICES = STATE .. "/state.map", STATE .. "/services.cfg"
local SERVERS, CUTS = STATE .. "/servers.state", STATE .. "/cuts"
local CERTIFICATES, FORMER = STATE .. "/certificates.list", STATE .. "/certificates.former"
local MASTER = "unix@" .. STATE .. "/master.sock"
local CONTROL_ADDRESS, CONTROL_PORT = "127.0.0.1", 7001
local TASK = os.getenv("TASK") or "unknown"
local INSIDE = os.getenv("TIDEGATE_MESH") ~= nil   -- the mesh runs this file as well
local NAMED = INSIDE or os.getenv("TIDEGATE_NAMED") ~= nil   -- found by a name, not by a node's port
local READY = STATE .. "/ready"

local WATCH_MS = 200           -- how often health and sessions are looked at
local SESSION_NEWS_MS = 1000   -- changing numbers of sessions are told at most this often
local HEARTBEAT_MS = 10000     -- so that a lost or pruned report comes back by itself
local COUNTS_MS = 1000         -- how often counters are looked at and told
local COUNTS_HEARTBEAT_MS = 3000   -- told although nothing was counted: a silent edge is a missing one

local function read_file(path)
  local file = io.open(path, "r")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

-- Never a half-written file, not even for a reload that comes from elsewhere at this moment.
local function write_file(path, text)
  local file = assert(io.open(path .. ".new", "w"))
  assert(file:write(text))
  assert(file:close())
  assert(os.rename(path .. ".new", path))
end

-- Not core.log: HAProxy 2.6 writes its lines twice.
local function log(text) io.stderr:write("tidegate: " .. text .. "\n") end

-- ---- state

-- What this worker runs. `hash` is that of the services configuration it was started with ("none": there was
-- none); `refused` the one HAProxy did not take.
local state = { object = "none", version = 0, hash = "none", refused = nil, map = {} }
local slots = {}    -- every slot of every service: { name, traffic = boolean, cut = boolean }
local closed = {}   -- slot -> streams closed since it was cut; survives a reload in a file

local function parse_map(text)
  local map = {}
  for key, value in text:gmatch("\n([^#%s]%S*) ([^\n]+)") do map[key] = value end
  return map
end

-- The two parts of a document, or nil when it is not whole.
local function parse_document(text)
  local object, version, hash = text:match("^#tidegate (%S+) (%d+) (%S+)\n")
  local map, services = text:match("^(.-\n#end\n)(.*)$")
  if not object or not map then return nil end
  if services == "" then services = nil
  elseif services:match("^# (%S+)\n") ~= hash or services:sub(-6) ~= "\n#end\n" then return nil end
  return { object = object, version = tonumber(version), hash = hash, text = map, map = parse_map(map), services = services }
end

local function list_slots(map)
  local list = {}
  for key, value in pairs(map) do
    local service = key:match("^s/(.+)$")
    local active, canary = value:match("^([^:]+):(%d+):")
    if service and active then
      for _, colour in ipairs({ "blue", "green" }) do
        local name = service .. "-" .. colour
        local traffic = active ~= "-" and (active == colour or tonumber(canary) > 0)
        list[#list + 1] = { name = name, traffic = traffic, cut = map["c/" .. name] ~= nil }
      end
    end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

local function save_closed()
  local lines = {}
  for slot, count in pairs(closed) do lines[#lines + 1] = slot .. " " .. count end
  write_file(CUTS, table.concat(lines, "\n") .. "\n")
end

local function adopt(document)
  state.object, state.version, state.map = document.object, document.version, document.map
  slots = list_slots(document.map)
  for slot in pairs(closed) do
    if not document.map["c/" .. slot] then closed[slot] = nil end
  end
  save_closed()
end

-- Runs while the configuration is read. HAProxy refuses to start without the map file and the list of certificates.
local function recover()
  if not read_file(CERTIFICATES) then write_file(CERTIFICATES, "") end
  if not read_file(SERVERS) then write_file(SERVERS, "1\n") end
  local text = read_file(MAP)
  if not text then return write_file(MAP, "") end
  for slot, count in (read_file(CUTS) or ""):gmatch("(%S+) (%d+)\n") do closed[slot] = tonumber(count) end
  state.hash = (read_file(SERVICES) or ""):match("^# (%S+)\n") or "none"
  local document = parse_document(text)
  if document then adopt(document) end
end
recover()

-- ---- HAProxy

local function info(name) return tostring(core.get_info()[name]) end
local function stopping() return info("Stopping") ~= "0" end

-- Sends one line to the master and returns what comes back; nil when the master could not be reached. It keeps the
-- connection open after an answer, which ends with an empty line.
local function try_cli(line, answers)
  local lines, reached = {}, false
  pcall(function()   -- a reload closes the connection
    local socket = core.tcp()
    socket:settimeout(3)
    if not socket:connect(MASTER) then return end
    reached = socket:send(line .. "\n") == #line + 1
    for _ = 1, answers or 1 do
      local text = socket:receive("*l")
      while text and text ~= "" do lines[#lines + 1], text = text, socket:receive("*l") end
    end
    socket:close()
  end)
  return reached and table.concat(lines, "\n") .. "\n" or nil
end

-- For a moment after its start, and while it reloads, the master cannot be reached. What is not told to a former worker
-- makes it answer with old colours, so nothing goes on before it is.
local function cli(line, answers)
  local answer = try_cli(line, answers)
  while not answer and not stopping() do
    core.msleep(50)
    answer = try_cli(line, answers)
  end
  return answer or "\n"
end

-- Many commands to one worker: `@1 a;b` would run b on the master. A line must fit into HAProxy's buffer.
local function tell_worker(pid, commands)
  local first = 1
  while first <= #commands do
    local last, size = first, 0
    while last <= #commands and size + #commands[last] < 8000 do
      size, last = size + #commands[last] + 1, last + 1
    end
    last = math.max(first, last - 1)
    cli("@!" .. pid .. ";" .. table.concat(commands, ";", first, last), last - first + 1)
    first = last + 1
  end
end

-- Former workers, which still serve what was open when they were replaced. Once there is none, none comes back
-- in the life of this worker.
local alone = false
local function former_workers()
  local pids = {}
  if alone then return pids end
  local me, known = info("Pid"), false
  for pid in cli("show proc"):gmatch("\n(%d+)%s+worker") do
    if pid == me then known = true else pids[#pids + 1] = pid end
  end
  -- An answer that a reload cut off says nothing.
  if not known and not stopping() then core.msleep(50); return former_workers() end
  alone = known and #pids == 0
  return pids
end

local function failed_reloads() return tonumber((cli("show proc"):match("failed: (%d+)"))) or 0 end

-- A newly resolved server counts as UP before its first check: only `L7OK` says that it has answered.
local function healthy(backend)
  local up = tonumber(backend:get_stats()["act"]) or 0
  local seen, count = 0, 0
  if up == 0 then return 0 end
  for _, server in pairs(backend.servers) do
    local stats = server:get_stats()
    if tostring(stats["status"]):match("^UP") then
      seen = seen + 1
      if stats["status"] == "UP" and tostring(stats["check_status"]):match("L7OK$") then count = count + 1 end
      if seen >= up then break end
    end
  end
  return count
end

-- Requests and streams under way in former workers, by slot.
local function former_sessions()
  local counts = {}
  for _, pid in ipairs(former_workers()) do
    local stats = cli("@!" .. pid .. " show stat -1 2 -1")
    for slot, count in stats:gmatch("\n([^,\n]+),BACKEND,%d*,%d*,(%d+)") do
      counts[slot] = (counts[slot] or 0) + tonumber(count)
    end
  end
  return counts
end

local function sessions(slot, former)
  local backend = core.backends[slot]
  return (former[slot] or 0) + (backend and tonumber(backend:get_stats()["scur"]) or 0)
end

-- ---- counters

-- HAProxy's counters end with their worker, and those of a former one go on for as long as it serves. So each worker
-- writes its own into a file, and the newest one adds them up: what an edge has counted never goes back.
local COUNTERS = { "req_tot", "hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other", "econ" }
local COUNTS, WORKERS = STATE .. "/counts.", STATE .. "/workers"

local function own_counts(slot)
  local backend = core.backends[slot]
  local stats = backend and backend:get_stats() or {}
  local function number(name) return math.max(0, math.tointeger(tonumber(stats[name])) or 0) end
  local counts = {}
  for index, name in ipairs(COUNTERS) do counts[index] = number(name) end
  counts.open = number("scur")
  counts.latency = number("qtime") + number("ctime") + number("rtime")
  return counts
end

local written_counts
local function write_counts()
  local lines = {}
  for _, slot in ipairs(slots) do
    local counts = own_counts(slot.name)
    lines[#lines + 1] = slot.name .. " " .. table.concat(counts, " ") .. " " .. counts.open
  end
  local text = table.concat(lines, "\n") .. "\n"
  if text ~= written_counts then write_file(COUNTS .. info("Pid"), text) end
  written_counts = text
end

-- What a worker before this one has counted, by slot.
local function read_counts(pid)
  local found = {}
  for slot, numbers in (read_file(COUNTS .. pid) or ""):gmatch("(%S+) ([^\n]+)\n") do
    local counts = {}
    for number in numbers:gmatch("%d+") do counts[#counts + 1] = tonumber(number) end
    counts.open = table.remove(counts)
    found[slot] = counts
  end
  return found
end

local earlier   -- { pid, counts, ended }: the workers before this one

local function begin_counting()
  earlier = {}
  for pid in (read_file(WORKERS) or ""):gmatch("%d+") do earlier[#earlier + 1] = { pid = pid, counts = {}, ended = false } end
  local file = assert(io.open(WORKERS, "a"))
  file:write(info("Pid") .. "\n")
  file:close()
end

-- A worker that has gone is read once more, for the last time.
local function read_earlier()
  local living = {}
  for _, pid in ipairs(former_workers()) do living[pid] = true end
  for _, worker in ipairs(earlier) do
    if not worker.ended then
      worker.ended = not living[worker.pid]
      worker.counts = read_counts(worker.pid)
    end
  end
end

local function counts_report()
  read_earlier()
  local lines = {}
  for _, slot in ipairs(slots) do
    local sum = own_counts(slot.name)
    for _, worker in ipairs(earlier) do
      local counts = worker.counts[slot.name]
      for index = 1, counts and #COUNTERS or 0 do sum[index] = sum[index] + (counts[index] or 0) end
      if counts and not worker.ended then sum.open = sum.open + counts.open end
    end
    lines[#lines + 1] = slot.name .. " " .. table.concat(sum, " ") .. " " .. sum.open .. " " .. sum.latency
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- control

-- HTTP/1.0 through a local frontend, which finds a control that is there. Returns status and body.
local function request(method, path, body)
  local ok, answer = pcall(function()
    local socket = core.tcp()
    socket:settimeout(40)
    if not socket:connect(CONTROL_ADDRESS, CONTROL_PORT) then return nil end
    socket:send(method .. " " .. path .. " HTTP/1.0\r\nhost: control\r\ncontent-length: " .. #body .. "\r\n\r\n" .. body)
    local text = socket:receive("*a")
    socket:close()
    return text
  end)
  if not ok or not answer then return nil end
  local status, length = answer:match("^HTTP/1%.%d (%d%d%d)"), answer:match("\r\n[cC]ontent%-[lL]ength: (%d+)\r\n")
  local content = answer:match("\r\n\r\n(.*)$")
  if not status or not content or (length and #content ~= tonumber(length)) then return nil end
  return tonumber(status), content
end

-- What this edge runs and sees: the whole of it, and the part whose changes are told at once.
local function report()
  local all, urgent, former = {}, {}, former_sessions()
  for _, slot in ipairs(slots) do
    local backend = core.backends[slot.name]
    local up = backend and healthy(backend) or 0
    local open = slot.traffic and 0 or sessions(slot.name, former)
    local gone = closed[slot.name] or 0
    all[#all + 1] = slot.name .. "=" .. up .. "/" .. open .. "/" .. gone
    urgent[#urgent + 1] = slot.name .. "=" .. up .. "/" .. math.min(open, 1) .. "/" .. gone
  end
  local head = state.object .. " " .. state.version .. " " .. state.hash .. " "
  local function line(list) return head .. (#list > 0 and table.concat(list, ",") or "-") end
  return { all = line(all), urgent = line(urgent) }
end

local acked = { all = nil, urgent = nil, at = 0 }
local acking, again = false, false

local function milliseconds() return core.now().sec * 1000 + core.now().usec // 1000 end

-- One report at a time, so that an older one can never arrive after a newer one.
local function acknowledge()
  if acking then again = true; return end
  acking = true
  repeat
    again = false
    local ok, now = pcall(report)
    local written = ok and request("POST", "/ack?task=" .. TASK, now.all) == 204
    if written then acked = { all = now.all, urgent = now.urgent, at = milliseconds() } else core.msleep(200) end
  until not again
  acking = false
end

-- ---- applying a new state

-- Sets the difference in this worker and in former ones (which would finish their connections on old colours).
local function set_maps(old, new)
  local commands = {}
  local function set(key, value)
    core.set_map(MAP, key, value)
    commands[#commands + 1] = (old[key] and "set" or "add") .. " map " .. MAP .. " " .. key .. " " .. value
  end
  for key, value in pairs(new) do
    if old[key] ~= value and key:sub(1, 1) ~= "_" then set(key, value) end
  end
  for key in pairs(old) do
    if not new[key] then
      core.del_map(MAP, key)
      commands[#commands + 1] = "del map " .. MAP .. " " .. key
    end
  end
  set("_version", new["_version"])   -- last: whoever sees it sees the rest
  for _, pid in ipairs(former_workers()) do tell_worker(pid, commands) end
end

local function targets(services)
  local found = {}
  for slot, target in services:gmatch("backend (%S+) from [^\n]+\n%s*# target ([^\n]+)\n") do found[slot] = target end
  return found
end

-- Servers keep their address and health over the reload, but not where port or health path became another.
local function save_servers(before, after)
  local dump = cli("@1 show servers state")
  if not dump:match("^1\n") then return end
  local old, new, kept = targets(before), targets(after), {}
  for line in dump:gmatch("[^\n]+") do
    local slot = line:match("^%d+ (%S+) ")
    if not slot or old[slot] == new[slot] then kept[#kept + 1] = line end
  end
  write_file(SERVERS, table.concat(kept, "\n") .. "\n")
end

-- The file of a certificate; nil while control does not have it.
local function fetch_certificate(name, version)
  local path = STATE .. "/" .. name .. "." .. version .. ".pem"
  if read_file(path) then return path end
  local status, text
  for _ = 1, 5 do
    status, text = request("GET", "/certificate?name=" .. name .. "&version=" .. version, "")
    if status == 200 or stopping() then break end
    core.msleep(200)
  end
  if status ~= 200 or text == "" then log("control has no certificate " .. name .. " " .. version); return nil end
  write_file(path, text)
  return path
end

-- Brings the files of the certificates that a services configuration names, and lists them for HAProxy. False while
-- one of them cannot be had: its former version is listed then, where there is one.
local function fetch_certificates(services)
  if INSIDE then return true end   -- TLS ends at edges
  local former, list, whole = "\n" .. (read_file(CERTIFICATES) or ""), {}, true
  for name, version in services:gmatch("\n# certificate (%S+) (%S+)") do
    local path = fetch_certificate(name, version)
    if not path then
      whole = false
      path = former:match("\n(" .. STATE .. "/" .. name:gsub("%-", "%%-") .. "%.%x+%.pem)")
    end
    if path then list[#list + 1] = path end
  end
  write_file(CERTIFICATES, table.concat(list, "\n") .. "\n")
  return whole
end

-- Keys that are in use no longer do not stay. Done by the new worker: the former one may end at any moment.
local function forget_certificates()
  local now = "\n" .. (read_file(CERTIFICATES) or "")
  for path in (read_file(FORMER) or ""):gmatch("[^\n]+") do
    if not now:find("\n" .. path .. "\n", 1, true) then os.remove(path) end
  end
end

-- Returns true when this worker is being replaced, false when HAProxy refused the new configuration (2.6 says so only
-- in the number of failed reloads). A master that does neither for long has not heard: it is asked again.
local function reload()
  while not stopping() do
    local before = failed_reloads()
    cli("reload")
    for round = 1, 400 do
      core.msleep(25)
      pcall(write_counts)   -- it may end as soon as the new one is there
      if stopping() then return true end
      if round % 4 == 0 and failed_reloads() > before then return false end
    end
  end
  return true
end

local reloading = false   -- what comes of it is reported, not the moment between

-- What is to be run instead of `services`, or nil when it runs already. Without all of its certificates it runs under
-- another hash: it serves what it can, nobody takes that for the whole, and the next pull tries again.
local function prepare(services, hash)
  if fetch_certificates(services) then return services end
  local partly = hash .. "-incomplete"
  if state.hash == partly then core.msleep(1000); return nil end
  return (services:gsub("^# %S+", "# " .. partly, 1))
end

-- Returns true when this worker is being replaced.
local function change_services(services, former, certificates)
  save_servers(former or "", services)
  write_file(FORMER, certificates)
  reloading = true
  if reload() then return true end   -- the new worker acknowledges
  reloading = false
  write_file(FORMER, read_file(CERTIFICATES) or "")
  write_file(CERTIFICATES, certificates)
  forget_certificates()
  if former then write_file(SERVICES, former) else os.remove(SERVICES) end
  return false
end

local function apply(document)
  local services = document.hash ~= state.hash and document.hash ~= state.refused and document.services or nil
  local former, certificates = read_file(SERVICES), read_file(CERTIFICATES) or ""
  if services then services = prepare(services, document.hash) end
  if services then write_file(SERVICES, services) end
  write_file(MAP, document.text)
  -- Without any services yet, this worker has no backends: the one that is started now has.
  if state.hash ~= "none" then set_maps(state.map, document.map) end
  adopt(document)
  if document.hash == state.hash then state.refused = nil end
  if services then
    if change_services(services, former, certificates) then return end
    log("HAProxy refused the services configuration " .. document.hash)
    state.refused = document.hash
  end
  acknowledge()
end

local told   -- not the same again and again
local function refuse(document)
  local text = "refused version " .. document.version .. ": this edge has " .. state.version
  if text ~= told then log(text) end
  told = text
  core.msleep(200)
end

local function pull()
  local known = "task=" .. TASK .. "&object=" .. state.object .. "&version=" .. state.version
  local status, text = request("GET", "/pull?" .. known .. "&hash=" .. (state.refused or state.hash), "")
  if stopping() or status == 204 then return end
  local document = status == 200 and parse_document(text)
  if not document then return core.msleep(100) end
  local same = document.object == state.object
  if same and document.version < state.version then return refuse(document) end
  local runs = document.hash == state.hash or document.hash == state.refused
  if same and document.version == state.version and runs then return core.msleep(100) end
  apply(document)
end

-- ---- closing what is left open

local function shut(slot)
  for _, server in pairs(core.backends[slot] and core.backends[slot].servers or {}) do server:shut_sess() end
  -- A worker that is stopping refuses `shutdown sessions server` ("Proxy is disabled"): one by one there.
  for _, pid in ipairs(former_workers()) do
    local commands = {}
    for line in cli("@!" .. pid .. " show sess"):gmatch("[^\n]+") do
      local session, name = line:match("^(0x%x+): .* be=(%S+) ")
      if name == slot then commands[#commands + 1] = "shutdown session " .. session end
    end
    tell_worker(pid, commands)
  end
end

-- What is gone shortly after was closed by us; what is left is tried again in the next round.
local function cut(slot)
  local before = sessions(slot, former_sessions())
  if before == 0 then return end
  shut(slot)
  local left, rounds = before, 0
  while left > 0 and rounds < 20 do
    core.msleep(25)
    left, rounds = sessions(slot, former_sessions()), rounds + 1
  end
  if left >= before then return end
  closed[slot] = (closed[slot] or 0) + before - left
  save_closed()
end

-- ---- when the mesh, or an edge that is found by its name, may be called

local READY_MS = 10000   -- a service without a healthy server must not keep the names from all the others
local started, is_ready = nil, not NAMED

-- Swarm gives names to such a task only once HAProxy can read this file as a configuration. A new worker knows no
-- address of a server at first, so it waits until one of each slot with traffic has answered.
local function become_ready()
  if state.hash == "none" or reloading then return end
  started = started or milliseconds()
  if milliseconds() - started < READY_MS then
    for _, slot in ipairs(slots) do
      local backend = slot.traffic and core.backends[slot.name]
      if backend and healthy(backend) == 0 then return end
    end
  end
  write_file(READY, "defaults\n mode http\n timeout client 1s\nfrontend ready\n bind :1\n")
  is_ready = true
end

-- ---- the two tasks

-- A defect in one round must not end the task for good: an edge that no longer listens is worse.
local function forever(pause, round)
  core.msleep(20)
  while not stopping() do
    local ok, problem = pcall(round)
    if not ok then log("defect: " .. tostring(problem)); core.msleep(500) end
    if pause > 0 then core.msleep(pause) end
  end
end

local function watch()
  if not is_ready then become_ready() end
  if state.version == 0 or reloading then return end
  for _, slot in ipairs(slots) do
    if slot.cut then cut(slot.name) end
  end
  local now, age = report(), milliseconds() - acked.at
  if now.urgent ~= acked.urgent or age >= HEARTBEAT_MS or (now.all ~= acked.all and age >= SESSION_NEWS_MS) then
    acknowledge()
  end
end

local counted = { text = nil, at = 0 }

local function tell_counts()
  if not earlier then begin_counting() end
  if state.version == 0 or reloading then return end
  local text = counts_report()
  if text == counted.text and milliseconds() - counted.at < COUNTS_HEARTBEAT_MS then return end
  if request("POST", "/traffic?task=" .. TASK, text) == 204 then counted = { text = text, at = milliseconds() } end
end

core.register_task(function()
  write_file(SERVERS, "1\n")   -- taken over by now; a reload by somebody else must not find old addresses
  forget_certificates()
  if state.version > 0 then pcall(acknowledge) end   -- a new worker after a reload
  forever(0, pull)
end)
core.register_task(function() forever(WATCH_MS, watch) end)
core.register_task(function() forever(COUNTS_MS, tell_counts) end)
-- Goes on while this worker is being replaced: what it still serves is counted by it alone. It may end at any moment,
-- most likely soon, and what it has not written by then is lost.
core.register_task(function()
  core.msleep(20)
  local last = 0
  while true do
    pcall(write_counts)
    if stopping() then last = last + 1 end
    core.msleep((last == 0 or last > 100) and COUNTS_MS or 20)
  end
end)
