return { offer = function() end }
