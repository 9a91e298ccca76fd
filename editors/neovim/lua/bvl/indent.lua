-- How far a line is indented, by the braces and brackets before it.
--
-- What is open at the start of each line is kept up to the first line that has changed, so that indenting a whole file reads
-- each line once.
local M = {}

-- A file's first line: no brace, no bracket, in code, and no statement that goes on.
local START = { braces = 0, brackets = 0, inside = nil, goes_on = false }

-- These begin a line that goes on with the statement before it.
local CONTINUING = { ['because'] = true, ['where'] = true, ['require'] = true, ['else'] = true }

-- Where what is open ends.
local ENDS = { text = '"""', comment = '*/' }

--- What is open behind a line, from what is open before it.
local function behind(state, line)
  local braces, brackets, inside, goes_on = state.braces, state.brackets, state.inside, state.goes_on
  local at = 1
  while at <= #line do
    if inside then
      local first, last = line:find(ENDS[inside], at, true)
      if not first then
        break
      end
      -- a backslash takes its meaning from a quote
      if inside == 'text' and #line:sub(1, first - 1):match('\\*$') % 2 == 1 then
        at = first + 1
      else
        inside, at = nil, last + 1
      end
    else
      local two, one = line:sub(at, at + 1), line:sub(at, at)
      if one:match('%s') then
        at = at + 1
      elseif two == '//' or one == '#' then
        break
      elseif two == '/*' then
        inside, at = 'comment', at + 2
      elseif line:sub(at, at + 2) == '"""' then
        inside, goes_on, at = 'text', false, at + 3
      elseif one == '"' then
        goes_on, at = false, at + 1
        while at <= #line and line:sub(at, at) ~= '"' do
          at = at + (line:sub(at, at) == '\\' and 2 or 1)
        end
        at = at + 1
      elseif two == '->' or two == '~>' then
        goes_on, at = true, at + 2
      else
        if one == '{' then
          braces = braces + 1
        elseif one == '}' then
          braces = math.max(0, braces - 1)
        elseif one == '(' or one == '[' then
          brackets = brackets + 1
        elseif one == ')' or one == ']' then
          brackets = math.max(0, brackets - 1)
        end
        goes_on, at = one == ',' or one == '=', at + 1
      end
    end
  end
  return { braces = braces, brackets = brackets, inside = inside, goes_on = goes_on }
end

-- By buffer what is open at the start of each line; what stands behind the first change is forgotten.
local kept = {}

local function states_of(buffer)
  if not kept[buffer] then
    kept[buffer] = { START }
    vim.api.nvim_buf_attach(buffer, false, {
      on_lines = function(_, _, _, first)
        local states = kept[buffer]
        if not states then
          return true
        end
        for line = #states, first + 2, -1 do
          states[line] = nil
        end
      end,
      on_reload = function()
        kept[buffer] = { START }
      end,
      on_detach = function()
        kept[buffer] = nil
      end,
    })
  end
  return kept[buffer]
end

--- The columns before line `number`; -1 leaves it as it is.
function M.of(number)
  local buffer = vim.api.nvim_get_current_buf()
  local states = states_of(buffer)
  if #states < number then
    local lines = vim.api.nvim_buf_get_lines(buffer, #states - 1, number - 1, false)
    for _, line in ipairs(lines) do
      states[#states + 1] = behind(states[#states], line)
    end
  end
  local state = states[number]
  if state.inside then
    return -1 -- what stands in a text or a comment is the author's
  end
  local line = vim.fn.getline(number)
  local closing = line:match('^%s*([%]})%s]*)')
  local braces = math.max(0, state.braces - select(2, closing:gsub('}', '')))
  local brackets = math.max(0, state.brackets - select(2, closing:gsub('[%])]', '')))
  local goes_on = brackets > 0
    or state.goes_on and closing == ''
    or line:match('^%s*[-~]>') ~= nil
    or CONTINUING[line:match('^%s*(%l+)%f[^%w_-]') or '']
  return vim.fn.shiftwidth() * (braces + (goes_on and 2 or 0))
end

return M
