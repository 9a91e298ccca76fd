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

(defconst bvl--declaration-start
  (concat "^" (regexp-opt bvl-words-declarations t) "\\_>")
  "What begins a declaration in column one, whatever stands before.")

(defun bvl--text-end ()
  "Where the text between three quotes ends in which point is.
Nil where nothing closes it: a declaration that begins in column one ends it."
  (save-excursion
    (let (end)
      (while (and (not end)
                  (re-search-forward (concat "\\\\\\(?:.\\|\n\\)\\|\"\"\"\\|" bvl--declaration-start) nil 'move))
        (cond ((eq (char-after (match-beginning 0)) ?\"))
              ((eq (char-after (match-beginning 0)) ?\\) (goto-char (match-end 0)))
              (t (setq end 'none)))
        (when (and (not end) (eq (char-after (match-beginning 0)) ?\"))
          (setq end (point))))
      (and (numberp end) end))))

(defun bvl--propertize-text-end (limit)
  "Mark the end of the text in which point is, and go there, or to LIMIT."
  (let ((end (bvl--text-end)))
    (if (and end (<= end limit))
        (progn
          (put-text-property (1- end) end 'syntax-table (string-to-syntax "|"))
          (goto-char end))
      (goto-char limit))))

(defvar-local bvl--open-comment nil
  "Where the first comment begins that nothing closes.")

(defun bvl-syntax-propertize (start end)
  "Mark from START to END what the syntax table cannot say.
A text between three quotes goes over lines, a string does not: quotes that
nothing closes are characters like others."
  (goto-char start)
  (when (and bvl--open-comment (<= start bvl--open-comment))
    (setq bvl--open-comment nil))
  (let ((state (syntax-ppss)))
    ;; begun before START
    (when (eq (nth 3 state) t)
      (bvl--propertize-text-end end)))
  (while (and (< (point) end)
              (re-search-forward "\"\"\"\\|\"\\|//\\|/\\*\\|#" end 'move))
    (let* ((begin (match-beginning 0))
           (token (match-string 0))
           (state (save-excursion (syntax-ppss begin))))
      (cond
       ((or (nth 3 state) (nth 4 state))
        (goto-char (1+ begin)))
       ((equal token "\"\"\"")
        (if (bvl--text-end)
            (progn
              (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "|"))
              (bvl--propertize-text-end end))
          (put-text-property begin (+ begin 3) 'syntax-table (string-to-syntax "."))))
       ((equal token "\"")
        (if (looking-at "\\(?:[^\"\\\n]\\|\\\\.\\)*\"")
            (goto-char (match-end 0))
          (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "."))))
       ((equal token "/*")
        (cond ((search-forward "*/" end t))
              ((save-excursion (search-forward "*/" nil t)) (goto-char end))
              (t (put-text-property begin (+ begin 2) 'syntax-table (string-to-syntax "."))
                 (unless bvl--open-comment (setq bvl--open-comment begin)))))
       (t (end-of-line))))))

(defun bvl--extend-to-declaration (start end)
  "Extend START to where what stands up to END may begin.
That is the declaration before it, or a comment that was open to the end."
  (save-excursion
    (goto-char start)
    (unless (bobp)
      ;; where one begins, nothing of what stands before is open; this is asked again until nothing changes
      (unless (looking-at-p bvl--declaration-start)
        (re-search-backward bvl--declaration-start nil 'move))
      (when bvl--open-comment
        (goto-char (min (point) bvl--open-comment)))
      (when (< (point) start)
        (cons (point) end)))))

;;;; Colors

(defmacro bvl--define-face (name doc &rest faces)
  "Define the face NAME with DOC.
It inherits from the first of FACES that this Emacs has."
  (declare (indent 1) (doc-string 2))
  `(defface ,name
     '((t :inherit ,(seq-find #'facep faces)))
     ,doc
     :group 'bvl))

(bvl--define-face bvl-clause-face
  "Face of words that begin a clause, such as `because'."
  font-lock-builtin-face)
(bvl--define-face bvl-choice-face
  "Face of words that stand for a value, such as `restricted'."
  font-lock-constant-face)
(bvl--define-face bvl-number-face
  "Face of numbers with their units, and of addresses."
  font-lock-number-face font-lock-constant-face)
(bvl--define-face bvl-operator-face
  "Face of arrows and other signs between values."
  font-lock-operator-face font-lock-builtin-face)
(bvl--define-face bvl-escape-face
  "Face of escapes in strings."
  font-lock-escape-face font-lock-regexp-grouping-backslash)
(bvl--define-face bvl-interpolation-face
  "Face of what is put into a string."
  font-lock-variable-use-face font-lock-variable-name-face)

(defun bvl-word-face (statement word)
  "The face of WORD behind the values of a STATEMENT, that is, of its first word."
  (cond ((member word (cdr (assoc statement bvl-words-clauses))) 'bvl-clause-face)
        ((or (member word (cdr (assoc statement bvl-words-choices)))
             (member word '("true" "false")))
         'bvl-choice-face)
        ((and (equal statement "without") (member word bvl-words-statements)) 'font-lock-keyword-face)))

(defconst bvl--name "[[:alpha:]][[:alnum:]_]*\\(?:-+[[:alnum:]_]+\\)*"
  "A name.")
(defconst bvl--path (concat bvl--name "\\(?:[./]" bvl--name "\\)*")
  "A name with what it belongs to, such as `prod/web.http'.")
(defconst bvl--number
  (concat "[0-9]+\\(?:\\.[0-9]+\\)\\{3\\}\\(?:/[0-9]+\\)?"
          "\\|[[:xdigit:]]*:[[:xdigit:]]*:[[:xdigit:]:.]*\\(?:/[0-9]+\\)?"
          "\\|[0-9]+\\(?:\\.[0-9]+\\)?\\(?:%\\|[[:alpha:]][[:alnum:]]*\\)?")
  "An address, or a number with its unit.")
(defconst bvl--border "\\(?:[^][:alnum:]_./:'[]\\|[][]\\|\\.\\.\\|//\\|/\\*\\|:\\(?:[^/]\\|$\\)\\|$\\)"
  "What stands behind a name or a number.")
(defconst bvl--continuing
  (concat "[-~]>\\|" (regexp-opt bvl-words-continuations t) "\\_>")
  "What begins a line that goes on with the statement before it.")

(defconst bvl--naming
  '("platform" "environment" "class" "service" "managed" "external" "group" "param" "let")
  "Words of declarations behind which the name stands that they declare.")

(defconst bvl--operator "[-~]>\\|\\.\\.\\|[=:*]"
  "A sign between values.")
(defconst bvl--sign "\\(?:[=!<>]=\\|[<>+-]\\)\\([ \t(]\\|$\\)"
  "A sign between the values of a rule, with the space behind it.")
(defun bvl--in-code-p (&optional position)
  "Whether POSITION, or point, is neither in a string nor in a comment."
  (let ((state (save-excursion (syntax-ppss position))))
    (not (or (nth 3 state) (nth 4 state)))))

(defun bvl--to-statement ()
  "Go to the start of a line at or before point at which a statement begins."
  (beginning-of-line)
  (while (and (not (bobp))
              (let ((state (syntax-ppss)))
                (or (nth 8 state)
                    (seq-some (lambda (at) (not (eq (char-after at) ?\{))) (nth 9 state))
                    (bvl--goes-on-p))))
    (let ((opened (nth 8 (syntax-ppss))))
      (if opened
          (progn (goto-char opened) (beginning-of-line))
        (forward-line -1)))))

(defun bvl--color (face)
  "Give what was matched last the FACE, and go behind it."
  (put-text-property (match-beginning 0) (match-end 0) 'face face)
  (goto-char (match-end 0)))

(defun bvl--fontify (limit)
  "Color what stands up to LIMIT, statement by statement; find nothing."
  (let ((statement nil) ; the first word of the statement; nil before it
        (previous nil)  ; the kind of the token before
        (brackets 0))
    (bvl--to-statement)
    (while (progn
             (let ((line-end (line-end-position)))
               (forward-comment (buffer-size))
               (when (and (> (point) line-end) (= brackets 0)
                          (not (memq previous '(comma arrow equals)))
                          (not (looking-at-p bvl--continuing)))
                 (setq statement nil previous nil)))
             (< (point) limit))
      (let ((kind 'value))
        (cond
         ((memq (char-after) '(?\{ ?\} ?\;))
          (setq statement nil kind nil brackets 0)
          (forward-char))
         ((memq (char-after) '(?\( ?\[))
          (setq brackets (1+ brackets) kind 'open)
          (forward-char))
         ((memq (char-after) '(?\) ?\]))
          (setq brackets (max 0 (1- brackets)))
          (forward-char))
         ((eq (char-after) ?,)
          (setq kind 'comma)
          (forward-char))
         ((and (eq (char-after) ?\") (not (memq (syntax-class (syntax-after (point))) '(7 15))))
          ;; nothing closes it: what ends the line may still be meant
          (if (looking-at-p "\"\"\"")
              (progn (bvl--to-declaration limit) (setq statement nil kind nil))
            (end-of-line)
            (skip-chars-backward " \t;{}")))
         ((looking-at-p "/\\*")
          (bvl--to-declaration limit)
          (setq statement nil kind nil))
         ((memq (syntax-class (syntax-after (point))) '(7 15))
          (bvl--fontify-string limit)
          (unless statement (setq statement "")))
         ((looking-at (concat "\\(?:" bvl--number "\\)\\(" bvl--border "\\)"))
          (set-match-data (list (match-beginning 0) (match-beginning 1)))
          (bvl--color 'bvl-number-face))
         ((looking-at (concat "\\$" bvl--name))
          (bvl--color 'font-lock-variable-name-face))
         ((looking-at (concat bvl--path "\\(" bvl--border "\\)"))
          (set-match-data (list (match-beginning 0) (match-beginning 1)))
          (setq kind 'name)
          (let ((word (match-string-no-properties 0)))
            (cond
             ((not statement)
              (setq statement word kind 'word)
              (if (member word bvl-words-statements)
                  (bvl--color 'font-lock-keyword-face)
                (goto-char (match-end 0))))
             ((bvl--face-in-statement statement word previous brackets)
              (bvl--color (bvl--face-in-statement statement word previous brackets)))
             (t (goto-char (match-end 0))))))
         ((and (eq (char-after) ?:) (= brackets 0) (not (member statement '("param" "let" "for" "expect")))
               (not (memq (char-before) '(?\s ?\t))))
          (forward-char))
         ((and (member statement '("for" "expect")) (looking-at bvl--sign))
          (set-match-data (list (match-beginning 0) (match-beginning 1)))
          (setq kind 'sign)
          (bvl--color 'bvl-operator-face))
         ((looking-at "\\(?:=+\\|-[-]+\\)>\\|==")
          (goto-char (match-end 0)))
         ((looking-at bvl--operator)
          (setq kind (pcase (char-after)
                       ((or ?- ?~) 'arrow)
                       (?= 'equals)
                       (?: 'colon)
                       (?. 'dots)
                       (_ 'value)))
          (bvl--color 'bvl-operator-face))
         ;; a token that means nothing, as a whole
         (t (or (> (skip-chars-forward "^][(){} \t\n,;\"" limit) 0) (forward-char))))
        (setq previous kind))))
  nil)

(defun bvl--to-declaration (limit)
  "Go to the next declaration, or to LIMIT."
  (when (re-search-forward bvl--declaration-start limit 'move)
    (goto-char (match-beginning 0))))

(defun bvl--face-in-statement (statement word previous brackets)
  "The face of WORD in a STATEMENT.
PREVIOUS is the token before, and so many BRACKETS are open.
The match data are those of the word."
  (let ((stands-alone
         (not (or (memq previous '(comma dots))
                  ;; parentheses hold parts of a rule's sentence
                  (and (not (member statement '("for" "expect")))
                       (save-excursion
                         (goto-char (match-end 0))
                         (skip-chars-forward " \t")
                         (looking-at-p ",\\|\\.\\.\\|(")))))))
    (cond
     ((and (eq previous 'colon) (or (> brackets 0) (equal statement "param")))
      (and (member word bvl-words-types) 'font-lock-type-face))
     ((member word '("true" "false")) 'bvl-choice-face)
     ((and (> brackets 0) (not (member statement '("for" "expect")))) (and (equal word "example") 'bvl-clause-face))
     ((and (eq previous 'word) (member statement bvl--naming)) 'font-lock-function-name-face)
     ((and (equal statement "without") (not (eq previous 'word))) nil)
     (stands-alone (bvl-word-face statement word)))))

(defun bvl--fontify-string (limit)
  "Color escapes in the string at point, and what is put into it.
Go behind it, or to LIMIT."
  (let ((end (save-excursion
               (condition-case nil
                   (progn (forward-sexp) (point))
                 (scan-error (point-max))))))
    (forward-char)
    (while (re-search-forward (concat "\\\\\\(?:u{\\([[:xdigit:]]*\\)}\\|.\\)\\|\\${" bvl--path "}") (min end limit) t)
      (cond ((eq (char-after (match-beginning 0)) ?$)
             (put-text-property (match-beginning 0) (match-end 0) 'face 'bvl-interpolation-face))
            ((if (match-beginning 1)
                 (not (string-match-p "\\`0*\\(?:[dD][89abAB-F][[:xdigit:]]\\{2\\}\\)?\\'" (match-string 1)))
               (memq (char-after (1+ (match-beginning 0))) '(?n ?t ?r ?\" ?\\ ?$)))
             (put-text-property (match-beginning 0) (match-end 0) 'face 'bvl-escape-face))))
    (goto-char (min end limit))))

(defvar bvl-font-lock-keywords '((bvl--fontify))
  "What colors .bvl: one function that reads statements.")

(defun bvl--syntactic-face (state)
  "The face of the string or comment of STATE: `///' documents."
  (cond
   ((nth 3 state) 'font-lock-string-face)
   ((save-excursion
      (goto-char (nth 8 state))
      (looking-at-p "///\\(?:[^/]\\|$\\)"))
    'font-lock-doc-face)
   ;; a comment of other languages, which bvlc reports
   ((eq (char-after (nth 8 state)) ?#) nil)
   (t 'font-lock-comment-face)))

;;;; Indentation

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

(defconst bvl--kinds
  '(("platform" . "Platform") ("environment" . "Environments") ("class" . "Classes") ("service" . "Services")
    ("managed" . "Managed") ("external" . "Externals") ("group" . "Groups") ("param" . "Params") ("let" . "Params")
    ("allow" . "Flows") ("never" . "Flows"))
  "Where `imenu' lists what a word declares.")

(defun bvl-imenu-index ()
  "The declarations of the buffer, by kind; for `imenu-create-index-function'."
  (let (index)
    (save-excursion
      (goto-char (point-min))
      (while (re-search-forward bvl--declaration-start nil t)
        (let* ((at (match-beginning 0))
               (kind (cdr (assoc (match-string 1) bvl--kinds)))
               (name (and kind
                          (bvl--in-code-p at)
                          (progn
                            (if (equal kind "Flows")
                                (goto-char at)
                              (skip-chars-forward " \t"))
                            (looking-at (if (equal kind "Flows")
                                            "\\(.+?\\)[ \t]*\\(?:{.*\\|\\_<because\\_>.*\\|//.*\\)?$"
                                          (concat "\\(" bvl--name "\\)"))))
                          (match-string-no-properties 1))))
          (end-of-line)
          (when name
            (push (cons name at) (alist-get kind index nil nil #'equal))))))
    (mapcar (lambda (kind) (cons (car kind) (nreverse (cdr kind)))) (nreverse index))))

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
              imenu-create-index-function #'bvl-imenu-index)
  (add-hook 'syntax-propertize-extend-region-functions #'bvl--extend-to-declaration nil t)
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
