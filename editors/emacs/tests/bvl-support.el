;;; bvl-support.el --- What the tests are written with  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'cl-lib)
(require 'bvl-mode)

(setq ert-batch-backtrace-right-margin 100
      make-backup-files nil
      auto-save-default nil
      create-lockfiles nil)
(require 'bvl-ts-mode nil t)

(defconst bvl-test-root
  (file-name-directory
   (directory-file-name
    (locate-dominating-file (or load-file-name buffer-file-name) "emacs/bvl-mode.el")))
  "The repository.")

(defun bvl-test-sources ()
  "The files of the examples and of the standard library, all of them in style."
  (append (directory-files-recursively (expand-file-name "examples" bvl-test-root) "\\.bvl\\'")
          (directory-files (expand-file-name "stdlib" bvl-test-root) t "\\.bvl\\'")))

(defun bvl-test-modes ()
  "The modes that can run in this Emacs."
  (if (bvl-test-has-treesit-p) '(bvl-mode bvl-ts-mode) '(bvl-mode)))

(defun bvl-test-has-treesit-p ()
  "Whether `bvl-ts-mode' can run here."
  (and (fboundp 'bvl-ts-mode) (fboundp 'treesit-ready-p) (treesit-ready-p 'bvl t)))

(defmacro bvl-test-with (mode text &rest body)
  "Run BODY in a buffer of MODE with TEXT."
  (declare (indent 2))
  `(with-temp-buffer
     (insert ,text)
     (let ((inhibit-message t)) (funcall ,mode))
     (goto-char (point-min))
     ,@body))

(defun bvl-test-read (file)
  "The text of FILE."
  (with-temp-buffer (insert-file-contents file) (buffer-string)))

(defun bvl-test-example (name)
  "A copy of the example NAME, which a test may change."
  (let* ((source (expand-file-name (concat "examples/" name) bvl-test-root))
         (folder (file-name-as-directory (make-temp-file "bvl" t))))
    (dolist (file (directory-files-recursively source "\\.bvl\\'"))
      (let ((to (expand-file-name (file-relative-name file source) folder)))
        (make-directory (file-name-directory to) t)
        (copy-file file to)))
    (file-truename folder)))

(defmacro bvl-test-eventually (what condition)
  "Wait until CONDITION gives something, and give it; WHAT is told where it does not."
  (declare (indent 1))
  `(let ((end (+ (float-time) 20)) value)
     (while (not (setq value ,condition))
       (when (> (float-time) end)
         (error "Waited in vain: %s" ,what))
       (accept-process-output nil 0.01))
     value))

(defun bvl-test-at (text &optional offset)
  "Go to TEXT, OFFSET characters behind its beginning."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (+ (match-beginning 0) (or offset 0))))

(defun bvl-test-replace (text by)
  "Replace the first TEXT BY another."
  (goto-char (point-min))
  (search-forward text)
  (replace-match by t t))

(provide 'bvl-support)
;;; bvl-support.el ends here
