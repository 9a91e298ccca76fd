-- The configuration of the server, in the form of `vim.lsp.config` (Neovim 0.11); `bvl.server` reads it in older releases.
-- What `vim.g.bvlc` states wins: `vim.g.bvlc = { cmd = { '/opt/bvlc', 'lsp' } }`.
local config = {
  cmd = { 'bvlc', 'lsp' },
  filetypes = { 'bvl' },
  -- The nearest platform; a file of none stands alone below the repository.
  root_markers = { 'platform.bvl', '.git' },
  -- What commands answer with is shown by `bvl.commands`: the server need not lead anybody there.
  init_options = { showsTexts = true },
  -- Neovim asks for the findings of a buffer when that buffer changes. What an edit does to other files, open or not, would
  -- be seen late or never: so the server is to send its findings by itself, which it does for clients that cannot ask.
  before_init = function(params)
    params.capabilities.textDocument.diagnostic = nil
  end,
  on_init = function(client)
    client.server_capabilities.diagnosticProvider = nil
  end,
}
return vim.tbl_deep_extend('force', config, vim.g.bvlc or {})
