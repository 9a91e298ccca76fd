;;; bvl-editing-tests.el --- Colors, indentation, motion  -*- lexical-binding: t; -*-

;;; Code:

(require 'bvl-support)
(require 'imenu)

(ert-deftest bvl-files-have-a-mode ()
  (let ((buffer (find-file-noselect (expand-file-name "examples/hello/platform.bvl" bvl-test-root))))
    (with-current-buffer buffer
      (should (memq major-mode (bvl-test-modes)))
      (should (derived-mode-p 'prog-mode))
      (should (equal comment-start "// ")))
    (kill-buffer buffer)))

(ert-deftest bvl-indenting-leaves-files-in-style ()
  (dolist (mode (bvl-test-modes))
    (dolist (file (bvl-test-sources))
      (let ((styled (bvl-test-read file)))
        (bvl-test-with mode styled
          (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
          (should (equal (cons file (buffer-string)) (cons file styled))))))))

(ert-deftest bvl-indenting-brings-files-into-style ()
  (dolist (mode (bvl-test-modes))
    (dolist (file (bvl-test-sources))
      (let* ((styled (bvl-test-read file)) (inside nil)
             (flat (mapconcat
                    (lambda (line)
                      ;; what stands in a text is the author's
                      (prog1 (if inside line (string-trim-left line "[ \t]+"))
                        (when (cl-oddp (1- (length (split-string line "\"\"\""))))
                          (setq inside (not inside)))))
                    (split-string styled "\n") "\n")))
        (bvl-test-with mode flat
          (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
          (should (equal (cons file (buffer-string)) (cons file styled))))))))

(ert-deftest bvl-braces-in-texts-and-comments-open-nothing ()
  (dolist (mode (bvl-test-modes))
    (let ((styled "service web {
  label \"a{\" \"b\\\"{\" // {
  /* {
 { */
  config c at \"/c\" {
    \"f\" \"\"\"
  { \\\"\"\" {
  \"\"\"
    args [
        \"a\",
        \"b\"
    ]
  }
}
allow web, api
    -> db.sql
    because \"it does\"
never web ->
    db
"))
      (bvl-test-with mode styled
        (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
        (should (equal (buffer-string) styled))))))

(ert-deftest bvl-typing-indents ()
  (dolist (mode (bvl-test-modes))
    (bvl-test-with mode ""
      (electric-indent-local-mode 1)
      (switch-to-buffer (current-buffer))
      (execute-kbd-macro
       (kbd "service SPC web SPC { RET port SPC http SPC 8080 RET scale SPC 2..6 SPC { RET on SPC cpu SPC 70% RET } RET } RET"))
      (should (equal (buffer-string) "service web {
  port http 8080
  scale 2..6 {
    on cpu 70%
  }
}
")))))

(defun bvl-test-face (text &optional offset)
  "The face of TEXT, OFFSET characters behind its beginning."
  (bvl-test-at text offset)
  (let ((face (get-text-property (point) 'face)))
    (if (consp face) (car face) face)))

(defconst bvl-test-colored "/// What *people* see.
service web is base {
  image \"registry.example/web:${version}\" // a comment
  port http 8080
  imgae \"x\"
  scale 3..20 { on cpu 70%; on memory 80% }
  shutdown { grace 30s; drain 20s }
  env API_URL \"x\"
  service-account \"\"\"
    service x { port 80 }
    \"\"\"
  tier critical
}
param version: string example \"1.4.2\"
allow web -> self because \"service\"
external vault { cidr 10.20.0.10/32 }
label \"never closed
service next { port http 1 }
")

(ert-deftest bvl-words-have-colors ()
  (bvl-test-with #'bvl-mode bvl-test-colored
    (font-lock-ensure)
    (pcase-dolist (`(,text ,offset ,face)
                   '(("/// What" 0 font-lock-doc-face)
                     ("// a comment" 3 font-lock-comment-face)
                     ("service web" 0 font-lock-keyword-face)
                     ("service web" 8 font-lock-function-name-face)
                     ("is base" 0 bvl-clause-face)
                     ("image" 0 font-lock-keyword-face)
                     ("\"registry" 0 font-lock-string-face)
                     ("${version" 2 bvl-interpolation-face)
                     ("8080" 0 bvl-number-face)
                     ("imgae" 0 nil)
                     ("on cpu" 0 font-lock-keyword-face)
                     ("on cpu" 3 bvl-choice-face)
                     ("70%" 2 bvl-number-face)
                     ("; on memory" 2 font-lock-keyword-face)
                     ("3..20" 0 bvl-number-face)
                     ("3..20" 1 bvl-operator-face)
                     ("3..20" 3 bvl-number-face)
                     ("30s" 2 bvl-number-face)
                     ("API_URL" 0 nil)
                     ("service x" 0 font-lock-string-face)
                     ("port 80 }" 0 font-lock-string-face)
                     ("critical" 0 bvl-choice-face)
                     ("string example" 0 font-lock-type-face)
                     ("-> self" 0 bvl-operator-face)
                     ("-> self" 3 nil)
                     ("because" 0 bvl-clause-face)
                     ("\"service\"" 1 font-lock-string-face)
                     ("10.20.0.10/32" 3 bvl-number-face)
                     ("service next" 0 font-lock-keyword-face)
                     ("port http 1 " 0 font-lock-keyword-face)))
      (should (equal (list text offset (bvl-test-face text offset)) (list text offset face))))))

(ert-deftest bvl-what-is-closed-later-is-seen ()
  "An open text or comment is nothing, until something far below closes it."
  (dolist (texts '(("/* open" . "*/ service b {}") ("label x \"\"\"\n open" . "  \"\"\"\nservice b {}")))
    (bvl-test-with #'bvl-mode (concat (car texts) "\n  scale 2\n\n")
      (font-lock-ensure)
      (should-not (memq (bvl-test-face "open") '(font-lock-comment-face font-lock-string-face)))
      (goto-char (point-max))
      (insert (cdr texts) "\n")
      (font-lock-flush)
      (font-lock-ensure)
      (should (memq (bvl-test-face "open") '(font-lock-comment-face font-lock-string-face)))
      (should (eq (bvl-test-face "service b") 'font-lock-keyword-face)))))

(ert-deftest bvl-colors-do-not-depend-on-the-way-there ()
  "Text that comes bit by bit has the colors that it has as a whole."
  (let (whole)
    (bvl-test-with #'bvl-mode bvl-test-colored
      (font-lock-ensure)
      (setq whole (buffer-string)))
    (bvl-test-with #'bvl-mode ""
      (dolist (line (split-string bvl-test-colored "^" t))
        (insert line)
        (font-lock-ensure))
      (font-lock-ensure)
      (should-not (bvl-test-first-difference (bvl-test-faces (buffer-string)) (bvl-test-faces whole))))))

(defun bvl-test-faces (text)
  "The faces of TEXT: a list of (PLACE CHARACTER FACE)."
  (cl-loop for at below (length text)
           collect (list at (aref text at) (get-text-property at 'face text))))

(defun bvl-test-first-difference (these those)
  "The first elements of THESE and THOSE that differ."
  (cl-loop for this in these for that in those
           unless (equal this that) return (list this that)))

(ert-deftest bvl-names-with-hyphens-are-one-symbol ()
  (dolist (mode (bvl-test-modes))
    (bvl-test-with mode "allow bitvault-web -> x"
      (bvl-test-at "vault")
      (should (equal (thing-at-point 'symbol t) "bitvault-web")))))

(ert-deftest bvl-imenu-lists-declarations ()
  (dolist (mode (bvl-test-modes))
    (bvl-test-with mode (bvl-test-read (expand-file-name "examples/hello/platform.bvl" bvl-test-root))
      (let ((index (let ((imenu-auto-rescan t)) (imenu--make-index-alist t))))
        (should (equal (mapcar #'car (cdr (assoc "Services" index))) '("web" "greeter")))
        (should (equal (mapcar #'car (cdr (assoc "Platform" index))) '("hello")))
        (should (equal (mapcar #'car (cdr (assoc "Environments" index))) '("prod")))
        (should (equal (mapcar #'car (cdr (assoc "Flows" index))) '("allow web -> greeter.http")))))))

(ert-deftest bvl-motion-goes-by-declarations ()
  (dolist (mode (bvl-test-modes))
    (bvl-test-with mode (bvl-test-read (expand-file-name "examples/hello/platform.bvl" bvl-test-root))
      (bvl-test-at "cpu 100m")
      (should (equal (add-log-current-defun) "service web"))
      (beginning-of-defun)
      (should (looking-at-p "service web {"))
      (end-of-defun)
      (should (save-excursion (forward-line -1) (looking-at-p "}")))
      (should (looking-at-p "$"))
      (beginning-of-defun -1)
      (should (looking-at-p "service greeter {"))
      (beginning-of-defun 2)
      (should (looking-at-p "environment prod")))))

(ert-deftest bvl-comments-are-made-and-taken-away ()
  (dolist (mode (bvl-test-modes))
    (bvl-test-with mode "service web {\n  port http 8080\n}\n"
      (bvl-test-at "port")
      (comment-line 1)
      (should (equal (buffer-string) "service web {\n  // port http 8080\n}\n"))
      (bvl-test-at "port")
      (comment-line 1)
      (should (equal (buffer-string) "service web {\n  port http 8080\n}\n")))))

;;;; The inputs that all highlighters share

(defconst bvl-test-classes
  '((font-lock-keyword-face . keyword) (bvl-clause-face . clause) (bvl-choice-face . choice) (font-lock-type-face . type)
    (bvl-number-face . number) (font-lock-string-face . string) (bvl-escape-face . escape)
    (bvl-interpolation-face . interpolation) (font-lock-variable-name-face . variable) (bvl-operator-face . operator)
    (font-lock-comment-face . comment) (font-lock-comment-delimiter-face . comment) (font-lock-doc-face . documentation)
    ;; a name that is declared is a name
    (font-lock-function-name-face . none) (font-lock-bracket-face . none) (font-lock-delimiter-face . none)
    (nil . none))
  "What the faces are called in editors/fixtures.")

(defun bvl-test-shown ()
  "A line for each character of the buffer that is not white space: line, column, class."
  (font-lock-ensure)
  (goto-char (point-min))
  (let (lines)
    (while (not (eobp))
      (unless (memq (char-after) '(?\s ?\t ?\n))
        (let ((face (get-text-property (point) 'face)))
          (push (format "%d %d %s\n" (line-number-at-pos) (1+ (- (point) (line-beginning-position)))
                        (or (alist-get (if (consp face) (car face) face) bvl-test-classes) 'unknown))
                lines)))
      (forward-char))
    (apply #'concat (nreverse lines))))

(ert-deftest bvl-fixtures-have-their-classes ()
  (dolist (mode (bvl-test-modes))
    (dolist (source (directory-files (expand-file-name "editors/fixtures" bvl-test-root) t "\\.bvl\\'"))
      (let ((shown (bvl-test-with mode (bvl-test-read source) (bvl-test-shown))))
        (with-temp-buffer
          (insert shown)
          (let ((code (call-process-region
                       nil nil "python3" t t nil (expand-file-name "editors/fixtures/compare.py" bvl-test-root)
                       (file-name-base source))))
            (unless (equal code 0)
              (ert-fail (list mode (buffer-string))))))))))

(provide 'bvl-editing-tests)
;;; bvl-editing-tests.el ends here
