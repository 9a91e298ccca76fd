-- Starts the server for .bvl files, unless `vim.g.bvlc_enable` is false.
if vim.g.loaded_bvl then
  return
end
vim.g.loaded_bvl = 1

local group = vim.api.nvim_create_augroup('bvl', {})

if vim.fn.has('nvim-0.8') == 1 then
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'bvlc' then
        require('bvl.server').attached(client, event.buf)
      end
    end,
  })
end

if vim.g.bvlc_enable ~= false then
  if vim.lsp.enable then
    vim.lsp.enable('bvlc')
  else
    vim.api.nvim_create_autocmd('FileType', {
      group = group,
      pattern = 'bvl',
      callback = function(event)
        require('bvl.server').start(event.buf)
      end,
    })
  end
end
