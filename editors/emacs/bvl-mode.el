;;; bvl-mode.el --- Major mode for .bvl, the language of bvlc  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; `bvl-mode' edits specs that bvlc compiles to Kubernetes manifests: colors, indentation, imenu, motion by declarations.
;; It needs no tree-sitter; `bvl-ts-mode' is for an Emacs that has it.  Both speak to `bvlc lsp' through Eglot or lsp-mode,
;; and both check what is saved by Flymake where no server is used.

;;; Code:

(require 'seq)
(require 'bvl-flymake)
(require 'bvl-tools)
(require 'bvl-words)

(defcustom bvl-indent-offset 2
  "Columns of one level; that of `bvlc fmt' is 2."
  :type 'natnum
  :group 'bvl
  :safe #'natnump)

;;;; Syntax

(defvar bvl-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?# "< b" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?$ "'" table)
    (dolist (char '(?' ?= ?< ?> ?~ ?, ?. ?: ?% ?& ?| ?+ ?\;))
      (modify-syntax-entry char "." table))
    table)
  "Syntax of .bvl: names with hyphens are one symbol.")

(defun bvl--text-ends-at (limit)
  "Go behind the quotes that end the text in which point is, or to LIMIT.
Return whether there are any."
  (let (found)
    (while (and (not found) (re-search-forward "\\\\.\\|\"\"\"" limit 'move))
      (setq found (eq (char-before) ?\")))
    (and found
         (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax "|"))
         t)))

(defun bvl-syntax-propertize (start end)
  "Mark from START to END what the syntax table cannot say.
A text between three quotes goes over lines, a string does not: a quote that
nothing closes in its line is a character like others."
  (goto-char start)
  (let ((state (syntax-ppss)))
    ;; begun before START
    (when (eq (nth 3 state) t)
      (bvl--text-ends-at end))
    (while (and (< (point) end)
                (re-search-forward "\"\"\"\\|\"\\|//\\|/\\*\\|#" end 'move))
      (let ((begin (match-beginning 0))
            (token (match-string 0)))
        (cond
         ((save-excursion
            (let ((state (syntax-ppss begin)))
              (and (or (nth 3 state) (nth 4 state))
                   ;; a comment ends by itself; go on behind it
                   (setq state (nth 8 state)))))
          (goto-char (1+ begin)))
         ((equal token "\"\"\"")
          (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "|"))
          (bvl--text-ends-at end))
         ((equal token "\"")
          (if (looking-at "\\(?:[^\"\\\n]\\|\\\\.\\)*\"")
              (goto-char (match-end 0))
            (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "."))))
         ((equal token "/*")
          (unless (search-forward "*/" end t)
            (goto-char end)))
         (t (end-of-line)))))))

;;;; Colors

(defconst bvl--name "[[:alpha:]][[:alnum:]_-]*"
  "A name.")

(defun bvl--symbols (words)
  "A regular expression for one of WORDS as a whole symbol."
  (concat "\\_<" (regexp-opt words t) "\\_>"))

(defconst bvl--statement-word (bvl--symbols bvl-words-statements))
(defconst bvl--declaration-start
  (concat "^" (regexp-opt bvl-words-declarations t) "\\_>"))

(defun bvl--in-code-p (&optional position)
  "Whether POSITION, or point, is neither in a string nor in a comment."
  (let ((state (save-excursion (syntax-ppss position))))
    (not (or (nth 3 state) (nth 4 state)))))

(defun bvl--begins-statement-p (position)
  "Whether a statement begins at POSITION.
Before it stands nothing, a brace or `;'."
  (save-excursion
    (goto-char position)
    (skip-chars-backward " \t")
    (or (memq (char-before) '(?\{ ?\} ?\; nil))
        (and (bolp)
             (not (bvl--goes-on-p))))))

(defun bvl--match (regexp limit test)
  "Find REGEXP up to LIMIT where it is code and TEST of its beginning holds."
  (let (found)
    (while (and (not found) (re-search-forward regexp limit t))
      (let ((begin (match-beginning 0)))
        (setq found (save-match-data
                      (and (bvl--in-code-p begin) (funcall test begin))))))
    found))

(defun bvl--match-statement (limit)
  "Find the word of a statement up to LIMIT."
  (bvl--match bvl--statement-word limit #'bvl--begins-statement-p))

(defun bvl--match-other (regexp)
  "A matcher of REGEXP for words that are not the first of their statement."
  (lambda (limit)
    (bvl--match regexp limit (lambda (begin) (not (bvl--begins-statement-p begin))))))

(defun bvl--match-interpolation (limit)
  "Find a `${..}' in a string up to LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "\\(\\\\.\\)\\|\\${\\([^}\"\n]*\\)}" limit t))
      (setq found (and (match-beginning 2)
                       (save-match-data
                         (nth 3 (save-excursion (syntax-ppss (match-beginning 0))))))))
    found))

(defvar bvl-font-lock-keywords
  (let ((declared (concat "\\_<" (regexp-opt '("platform" "environment" "class" "service" "job" "managed" "external"
                                               "group" "param" "let"))
                          "[ \t]+\\(" bvl--name "\\)"))
        (units (regexp-opt bvl-words-units)))
    `((bvl--match-interpolation (0 'font-lock-variable-name-face prepend))
      (,(lambda (limit) (bvl--match declared limit #'bvl--begins-statement-p))
       (1 'font-lock-function-name-face))
      (,(concat "\\_<\\(?:env\\)[ \t]+\\(" bvl--name "\\)") (1 'font-lock-variable-name-face))
      (bvl--match-statement (1 'font-lock-keyword-face))
      (,(concat ":[ \t]*" (regexp-opt bvl-words-types t) "\\_>") (1 'font-lock-type-face))
      (,(bvl--match-other (bvl--symbols bvl-words-clauses)) (1 'font-lock-builtin-face))
      (,(bvl--match-other (bvl--symbols bvl-words-variants)) (1 'font-lock-builtin-face))
      (,(bvl--match-other (bvl--symbols bvl-words-choices)) (1 'font-lock-constant-face))
      (,(bvl--match-other (bvl--symbols bvl-words-ends)) (1 'font-lock-constant-face))
      ("[-~]>" (0 'font-lock-keyword-face))
      (,(concat "\\$" bvl--name) (0 'font-lock-variable-name-face))
      ;; addresses, then amounts with their units
      ("\\_<[0-9]+\\(?:\\.[0-9]+\\)\\{3\\}\\(?:/[0-9]+\\)?\\_>" (0 'font-lock-constant-face))
      (,(concat "\\_<[0-9]+\\(?:\\.[0-9]+\\)?" units "?\\(?:\\_>\\|\\.\\.\\|\\_<\\|$\\|[^[:alnum:]_.-]\\)")
       (0 (ignore (bvl--fontify-number))))))
  "What has which color in .bvl.")

(defun bvl--fontify-number ()
  "Color the number that was matched, without what stands behind it."
  (let ((begin (match-beginning 0)))
    (save-excursion
      (goto-char begin)
      (when (and (bvl--in-code-p begin)
                 (looking-at (concat "[0-9]+\\(?:\\.[0-9]+\\)?" (regexp-opt bvl-words-units) "?")))
        (put-text-property begin (match-end 0) 'face 'font-lock-constant-face)))))

(defun bvl--syntactic-face (state)
  "The face of the string or comment of STATE: `///' documents."
  (cond
   ((nth 3 state) 'font-lock-string-face)
   ((save-excursion
      (goto-char (nth 8 state))
      (looking-at-p "///\\(?:[^/]\\|$\\)"))
    'font-lock-doc-face)
   (t 'font-lock-comment-face)))

;;;; Indentation

(defconst bvl--continuing
  (concat "[-~]>\\|" (regexp-opt bvl-words-continuations t) "\\_>")
  "What begins a line that goes on with the statement before it.")

(defun bvl--goes-on-p ()
  "Whether the line goes on with the statement before it, point being at its start."
  (or (looking-at-p (concat "[ \t]*\\(?:" bvl--continuing "\\)"))
      (save-excursion
        (forward-comment (- (point)))
        (or (memq (char-before) '(?, ?=))
            (and (eq (char-before) ?>)
                 (memq (char-before (1- (point))) '(?- ?~)))))))

(defun bvl--indentation ()
  "The column of the line at point; nil leaves it."
  (save-excursion
    (beginning-of-line)
    (let* ((state (syntax-ppss))
           (opened (nth 9 state)))
      (unless (or (nth 3 state) (nth 4 state))
        (skip-chars-forward " \t")
        (let ((closes (looking-at-p "[]})]")))
          ;; what closes stands where what it closes began
          (while (looking-at "[]})][ \t]*")
            (setq opened (butlast opened))
            (goto-char (match-end 0)))
          (beginning-of-line)
          (* bvl-indent-offset
             (+ (seq-count (lambda (at) (eq (char-after at) ?\{)) opened)
                (if (or (seq-some (lambda (at) (not (eq (char-after at) ?\{))) opened)
                        (and (not closes) (bvl--goes-on-p)))
                    2
                  0))))))))

(defun bvl-indent-line ()
  "Indent the line by the braces around it, as `bvlc fmt' does."
  (let ((column (bvl--indentation)))
    (if (not column)
        'noindent
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

;;;; Declarations

(defun bvl-beginning-of-declaration (&optional count)
  "Go to the start of the declaration at point; COUNT times, negative forward."
  (interactive "^p")
  (let ((count (or count 1)))
    (if (< count 0)
        (progn
          (when (looking-at-p bvl--declaration-start) (forward-char))
          (when (bvl--search-declaration #'re-search-forward (- count))
            (goto-char (match-beginning 0))
            t))
      (bvl--search-declaration #'re-search-backward count))))

(defun bvl--search-declaration (search count)
  "Find the COUNT-th declaration by SEARCH; return whether there is one."
  (let ((origin (point)) (found t))
    (while (and found (> count 0))
      (setq found nil)
      (while (and (not found) (funcall search bvl--declaration-start nil 'move))
        (setq found (save-match-data (bvl--in-code-p (match-beginning 0)))))
      (setq count (1- count)))
    (or found (progn (goto-char (if (eq search #'re-search-backward) (point-min) origin)) nil))))

(defun bvl-end-of-declaration ()
  "Go behind the declaration that begins at point."
  (interactive "^")
  (let (done)
    (while (not done)
      (end-of-line)
      (let ((state (syntax-ppss)))
        (cond
         ((eobp) (setq done t))
         ((nth 8 state) (forward-line))
         ((nth 9 state)
          ;; over what is open, or to the end where nothing closes it
          (goto-char (car (nth 9 state)))
          (condition-case nil (forward-sexp) (scan-error (goto-char (point-max)))))
         ((save-excursion (forward-line) (and (not (eobp)) (bvl--goes-on-p))) (forward-line))
         (t (forward-line) (setq done t)))))))

(defvar bvl-imenu-generic-expression
  (let ((kinds '(("Platform" "platform") ("Environments" "environment") ("Classes" "class") ("Services" "service")
                 ("Managed" "managed") ("Externals" "external") ("Groups" "group") ("Params" "param" "let"))))
    (append
     (mapcar (lambda (kind)
               (list (car kind)
                     (concat "^" (regexp-opt (cdr kind)) "[ \t]+\\(" bvl--name "\\)")
                     1))
             kinds)
     '(("Flows" "^\\(\\(?:allow\\|never\\)[ \t].*?\\)[ \t]*\\(?:{\\|because\\|$\\)" 1))))
  "What `imenu' lists.")

(defun bvl-current-declaration ()
  "The name of the declaration around point, such as `service web'."
  (save-excursion
    (end-of-line)
    (when (bvl-beginning-of-declaration)
      (and (looking-at (concat "[[:lower:]]+[ \t]+" bvl--name))
           (match-string-no-properties 0)))))

;;;; The modes

(define-derived-mode bvl-base-mode prog-mode "bvl"
  "What all modes for .bvl have."
  :syntax-table bvl-syntax-table
  :interactive nil
  (setq-local comment-start "// "
              comment-start-skip "\\(?://+\\|/\\*+\\)[ \t]*"
              comment-end ""
              parse-sexp-ignore-comments t
              indent-tabs-mode nil
              tab-width bvl-indent-offset
              electric-indent-chars (append "}])>" electric-indent-chars)
              syntax-propertize-function #'bvl-syntax-propertize
              indent-line-function #'bvl-indent-line
              beginning-of-defun-function #'bvl-beginning-of-declaration
              end-of-defun-function #'bvl-end-of-declaration
              add-log-current-defun-function #'bvl-current-declaration
              imenu-generic-expression bvl-imenu-generic-expression
              imenu-case-fold-search nil)
  (add-hook 'syntax-propertize-extend-region-functions #'syntax-propertize-multiline nil t)
  ;; in buffers of .bvl alone, a platform is a project
  (add-hook 'project-find-functions #'bvl-project nil t)
  (add-hook 'flymake-diagnostic-functions #'bvl-flymake nil t))

;;;###autoload
(define-derived-mode bvl-mode bvl-base-mode "bvl"
  "Major mode for .bvl, the language of bvlc."
  (setq-local font-lock-multiline t
              font-lock-defaults '(bvl-font-lock-keywords
                                   nil nil nil
                                   (font-lock-syntactic-face-function . bvl--syntactic-face))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.bvl\\'" . bvl-mode))

(provide 'bvl-mode)
;;; bvl-mode.el ends here
