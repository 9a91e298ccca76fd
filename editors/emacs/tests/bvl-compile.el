;;; bvl-compile.el --- Compiles every file; a warning is an error  -*- lexical-binding: t; -*-

;; emacs -Q --batch -l tests/bvl-compile.el TARGET FILE..: what is compiled goes to TARGET.

;;; Code:

(let ((target (pop command-line-args-left))
      (files (mapcar #'expand-file-name command-line-args-left)))
  (setq command-line-args-left nil)
  (make-directory target t)
  (require 'bytecomp)
  (setq byte-compile-error-on-warn t
        byte-compile-dest-file-function
        (lambda (file) (expand-file-name (concat (file-name-base file) ".elc") target)))
  (dolist (file files)
    (add-to-list 'load-path (file-name-directory file)))
  (let ((failed (seq-remove #'byte-compile-file files)))
    (when failed
      (message "not compiled: %s" failed)
      (kill-emacs 1))))
;;; bvl-compile.el ends here
