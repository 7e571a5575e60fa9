#!lua name=ringfence1

-- What must happen at once in Redis, or not at all. Every key a function touches is in
-- KEYS and carries one hash tag, so that a cluster keeps them on one node. A changed
-- meaning gets a new name: old and new programs may share a server while they are updated.

local function now_ms()
	local time = redis.call('TIME')
	return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function text(number)
	return string.format('%.0f', number)
end

-- KEYS: stream, seen. ARGS: producer, number of the first event, keep ms, most entries,
-- events. Events of a producer are numbered; what was taken before is not taken twice.
-- Answers the number behind the last one.
local function events_add(keys, args)
	local first = tonumber(args[2])
	local seen = tonumber(redis.call('HGET', keys[2], args[1]) or '0')
	local least = text(now_ms() - tonumber(args[3]))
	local last = first + #args - 5
	for i = 5, #args do
		if first + i - 5 >= seen then
			redis.call('XADD', keys[1], 'MINID', '~', least, '*', 'e', args[i])
		end
	end
	redis.call('XTRIM', keys[1], 'MAXLEN', '~', args[4])
	if last + 1 > seen then
		seen = last + 1
		redis.call('HSET', keys[2], args[1], text(seen))
	end
	return seen
end

-- KEYS: version, log, body of the new version, body to forget. ARGS: version expected,
-- body, sha256, who, note, what. Answers the new version.
local function rules_publish(keys, args)
	local current = tonumber(redis.call('GET', keys[1]) or '0')
	if current ~= tonumber(args[1]) then
		return redis.error_reply('CONFLICT the version is ' .. text(current))
	end
	local version = text(current + 1)
	redis.call('HSET', keys[3], 'body', args[2], 'sha256', args[3], 'who', args[4],
		'note', args[5], 'at_ms', text(now_ms()))
	redis.call('SET', keys[1], version)
	redis.call('XADD', keys[2], 'MAXLEN', '~', '1000', '*', 'version', version,
		'what', args[6], 'who', args[4], 'note', args[5], 'sha256', args[3])
	redis.call('DEL', keys[4])
	return current + 1
end

-- The same with the body of an older version: KEYS and then that body. ARGS: version
-- expected, version to return to, who, note.
local function rules_rollback(keys, args)
	local old = redis.call('HMGET', keys[5], 'body', 'sha256')
	if not old[1] then
		return redis.error_reply('GONE there is no version ' .. args[2])
	end
	return rules_publish(keys, {args[1], old[1], old[2], args[3], args[4],
		'rollback to ' .. args[2]})
end

-- Removes one entry of a list and says so in its log. KEYS: hash, expiry, log, counter.
local function drop(keys, entity, who, why)
	redis.call('HDEL', keys[1], entity)
	redis.call('ZREM', keys[2], entity)
	local number = redis.call('INCR', keys[4])
	redis.call('XADD', keys[3], 'MAXLEN', '~', '100000', '*', 'n', text(number), 'op', 'del',
		'entity', entity, 'who', who, 'why', why)
end

-- KEYS: hash, expiry, log, counter. ARGS: entity, ttl ms (0 = for ever), detail, who,
-- most entries. Answers the number of the change.
local function list_add(keys, args)
	if redis.call('HEXISTS', keys[1], args[1]) == 0 and
		redis.call('HLEN', keys[1]) >= tonumber(args[5]) then
		return redis.error_reply('FULL the list has ' .. args[5] .. ' entries')
	end
	local expires = 0
	if tonumber(args[2]) > 0 then
		expires = now_ms() + tonumber(args[2])
		redis.call('ZADD', keys[2], text(expires), args[1])
	else
		redis.call('ZREM', keys[2], args[1])
	end
	redis.call('HSET', keys[1], args[1], text(expires) .. ' ' .. args[3])
	local number = redis.call('INCR', keys[4])
	redis.call('XADD', keys[3], 'MAXLEN', '~', '100000', '*', 'n', text(number), 'op', 'add',
		'entity', args[1], 'who', args[4], 'value', text(expires) .. ' ' .. args[3])
	return number
end

-- ARGS: entity, who. Answers 1, or 0 when it was not there.
local function list_remove(keys, args)
	if redis.call('HEXISTS', keys[1], args[1]) == 0 then
		return 0
	end
	drop(keys, args[1], args[2], 'removed')
	return 1
end

-- ARGS: most entries to remove at once. Answers how many had expired.
local function list_expire(keys, args)
	local due = redis.call('ZRANGEBYSCORE', keys[2], '-inf', text(now_ms()), 'LIMIT', 0,
		tonumber(args[1]))
	for _, entity in ipairs(due) do
		drop(keys, entity, 'clock', 'expired')
	end
	return #due
end

-- KEYS: account. ARGS: ttl s, then field and increment. Answers the totals, in order.
local function account_add(keys, args)
	local totals = {}
	for i = 2, #args, 2 do
		totals[#totals + 1] = redis.call('HINCRBY', keys[1], args[i], args[i + 1])
	end
	redis.call('EXPIRE', keys[1], args[1])
	return totals
end

redis.register_function('rf1_events_add', events_add)
redis.register_function('rf1_rules_publish', rules_publish)
redis.register_function('rf1_rules_rollback', rules_rollback)
redis.register_function('rf1_list_add', list_add)
redis.register_function('rf1_list_remove', list_remove)
redis.register_function('rf1_list_expire', list_expire)
redis.register_function('rf1_account_add', account_add)
