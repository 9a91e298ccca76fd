-- nvim --clean --headless --cmd 'set rtp^=editors/neovim' -c 'luafile editors/neovim/spec/run.lua', with bvlc on PATH.
-- BVL_TESTS is a pattern of the names of the tests to run.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. package.path
for _, spec in ipairs(vim.fn.globpath(here, '*_spec.lua', false, true)) do
  dofile(spec)
end
require('support').run(vim.env.BVL_TESTS or '')
