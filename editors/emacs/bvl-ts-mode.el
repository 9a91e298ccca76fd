;;; bvl-ts-mode.el --- Major mode for .bvl with tree-sitter  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; `bvl-mode' with the tree of the grammar in editors/tree-sitter-bvl: the colors, the motion by declarations and `imenu'
;; come from it.  It needs an Emacs with tree-sitter and the grammar; `bvl-ts-mode-install-grammar' says how to have it.
;; Where either is missing, loading this file changes nothing and .bvl files keep `bvl-mode'.

;;; Code:

(require 'bvl-mode)
(require 'treesit nil t)

(declare-function treesit-font-lock-rules "treesit")
(declare-function treesit-fontify-with-override "treesit")
(declare-function treesit-major-mode-setup "treesit")
(declare-function treesit-node-child-by-field-name "treesit.c")
(declare-function treesit-node-end "treesit.c")
(declare-function treesit-node-parent "treesit.c")
(declare-function treesit-node-prev-sibling "treesit.c")
(declare-function treesit-node-start "treesit.c")
(declare-function treesit-node-text "treesit")
(declare-function treesit-node-type "treesit.c")
(declare-function treesit-parser-create "treesit.c")
(declare-function treesit-ready-p "treesit")
(declare-function treesit-install-language-grammar "treesit")
(defvar treesit-language-source-alist)
(defvar treesit-font-lock-settings)
(defvar treesit-font-lock-feature-list)
(defvar treesit-defun-type-regexp)
(defvar treesit-defun-name-function)

(defconst bvl-ts--declaration
  (regexp-opt '("statement" "flow_statement" "let_statement" "param_statement"))
  "The types of nodes that are statements.")

(defun bvl-ts--word (statement)
  "The first word of STATEMENT, a node."
  (let ((word (treesit-node-child-by-field-name statement "word")))
    (and word (treesit-node-text word t))))

(defun bvl-ts--color (node face override start end)
  "Give NODE the FACE between START and END, with OVERRIDE as `treesit' has it."
  (when face
    (treesit-fontify-with-override (treesit-node-start node) (treesit-node-end node) face override start end)))

(defun bvl-ts--fontify-word (node override start end &rest _)
  "Color NODE, the first word of a statement, with OVERRIDE between START and END."
  (when (member (treesit-node-text node t) bvl-words-statements)
    (bvl-ts--color node 'font-lock-keyword-face override start end)))

(defun bvl-ts--fontify-name (node override start end &rest _)
  "Color NODE, a name behind a word, with OVERRIDE between START and END."
  (let* ((statement (treesit-node-parent node))
         (name (treesit-node-text node t))
         (before (treesit-node-prev-sibling node))
         (kind (and before (treesit-node-type before)))
         (word (bvl-ts--word statement)))
    (bvl-ts--color
     node
     (cond ((and (equal kind "colon") (equal word "param"))
            (and (member name bvl-words-types) 'font-lock-type-face))
           ((and (equal kind "word") (member word bvl--naming)) 'font-lock-function-name-face)
           ((and (equal word "without") (not (equal kind "word"))) nil)
           (t (bvl-word-face word name)))
     override start end)))

(defun bvl-ts--fontify-in-argument (node override start end &rest _)
  "Color NODE, a name in parentheses, with OVERRIDE between START and END."
  (let ((before (treesit-node-prev-sibling node))
        (name (treesit-node-text node t)))
    (bvl-ts--color
     node
     (cond ((and before (equal (treesit-node-type before) "colon"))
            (and (member name bvl-words-types) 'font-lock-type-face))
           ((equal name "example") 'bvl-clause-face))
     override start end)))

(defun bvl-ts--font-lock ()
  "What has which color, in four levels."
  (treesit-font-lock-rules
   :language 'bvl :feature 'comment
   '((comment) @font-lock-comment-face
     (block_comment) @font-lock-comment-face
     (doc_comment) @font-lock-doc-face)
   :language 'bvl :feature 'string
   '((string) @font-lock-string-face
     (text_block) @font-lock-string-face)
   :language 'bvl :feature 'keyword
   '((word) @bvl-ts--fontify-word)
   :language 'bvl :feature 'name
   '((statement (name) @bvl-ts--fontify-name)
     (flow_statement (name) @bvl-ts--fontify-name)
     (param_statement (name) @bvl-ts--fontify-name)
     (let_statement (name) @bvl-ts--fontify-name)
     (sentence (name) @bvl-ts--fontify-name)
     (argument (name) @bvl-ts--fontify-in-argument))
   :language 'bvl :feature 'constant
   '(((name) @bvl-choice-face (:match "\\`\\(?:true\\|false\\)\\'" @bvl-choice-face)))
   :language 'bvl :feature 'number
   '((number) @bvl-number-face
     (address) @bvl-number-face)
   :language 'bvl :feature 'escape :override t
   '((escape) @bvl-escape-face)
   :language 'bvl :feature 'interpolation :override t
   '((interpolation) @bvl-interpolation-face)
   :language 'bvl :feature 'variable
   '((variable) @font-lock-variable-name-face)
   :language 'bvl :feature 'operator
   '([(arrow) (equals) (colon) (wildcard) (operator) ".."] @bvl-operator-face)
   :language 'bvl :feature 'bracket
   '(["{" "}" "[" "]" "(" ")"] @font-lock-bracket-face)
   :language 'bvl :feature 'delimiter
   '(["," ";"] @font-lock-delimiter-face)))

(defun bvl-ts--top-p (node)
  "Whether NODE is a declaration of the file."
  (let ((parent (treesit-node-parent node)))
    (and parent (equal (treesit-node-type parent) "source_file"))))

(defun bvl-ts--name (node)
  "The name of NODE, a declaration, such as `service web'; nil for what has none."
  (let* ((text (treesit-node-text node t))
         (line (car (split-string text "\n"))))
    (and (string-match (concat "\\`[[:lower:]]+[ \t]+" bvl--name) line)
         (match-string 0 line))))

;;;###autoload
(define-derived-mode bvl-ts-mode bvl-base-mode "bvl"
  "Major mode for .bvl, the language of bvlc, with tree-sitter."
  (unless (and (fboundp 'treesit-ready-p) (treesit-ready-p 'bvl))
    (user-error "This Emacs has no tree-sitter or no grammar for bvl: see `bvl-ts-mode-install-grammar'"))
  (treesit-parser-create 'bvl)
  (setq-local treesit-font-lock-settings (bvl-ts--font-lock)
              treesit-font-lock-feature-list
              '((comment)
                (keyword string)
                (name constant number escape interpolation variable operator)
                (bracket delimiter))
              treesit-defun-type-regexp (cons bvl-ts--declaration #'bvl-ts--top-p)
              treesit-defun-name-function #'bvl-ts--name)
  (treesit-major-mode-setup)
  ;; the indentation and the index are those of `bvl-mode', which need no tree
  (setq-local indent-line-function #'bvl-indent-line
              imenu-create-index-function #'bvl-imenu-index
              add-log-current-defun-function #'bvl-current-declaration))

(defun bvl-ts-mode-install-grammar (repository)
  "Build the grammar of REPOSITORY, a folder or an address of Git, and install it.
It needs a C compiler, and one of Emacs' own releases since 29.1."
  (interactive "sThe repository of bvlc (a folder or an address): ")
  (let ((treesit-language-source-alist
         `((bvl ,repository nil "editors/tree-sitter-bvl/src"))))
    (treesit-install-language-grammar 'bvl)))

;;;###autoload
(when (and (fboundp 'treesit-ready-p) (treesit-ready-p 'bvl t))
  (add-to-list 'auto-mode-alist '("\\.bvl\\'" . bvl-ts-mode))
  (when (boundp 'major-mode-remap-alist)
    (add-to-list 'major-mode-remap-alist '(bvl-mode . bvl-ts-mode))))

(provide 'bvl-ts-mode)
;;; bvl-ts-mode.el ends here
