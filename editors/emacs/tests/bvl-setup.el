;;; bvl-setup.el --- What an Emacs of the tests has  -*- lexical-binding: t; -*-

;; Debian's packages, where this Emacs does not bring Eglot itself, and the grammar for tree-sitter in BVL_GRAMMAR.

;;; Code:

;; what a test replaces need not be compiled for it
(defvar native-comp-enable-subr-trampolines)
(defvar native-comp-jit-compilation)
(setq native-comp-enable-subr-trampolines nil
      native-comp-jit-compilation nil)

(when (< emacs-major-version 29)
  (require 'package)
  (add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
  (package-activate-all))

(defvar treesit-extra-load-path)
(when (and (getenv "BVL_GRAMMAR") (require 'treesit nil t))
  (add-to-list 'treesit-extra-load-path (getenv "BVL_GRAMMAR")))

(provide 'bvl-setup)
;;; bvl-setup.el ends here
