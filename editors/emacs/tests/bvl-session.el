;;; bvl-session.el --- What the session in a terminal reads of Emacs  -*- lexical-binding: t; -*-

;; emacs -nw -Q -L . -l tests/bvl-session.el: as the README says, and a mode line that tells when the server is there.

;;; Code:

(load (expand-file-name "bvl-setup" (file-name-directory load-file-name)))

;; the README's lines
(require 'bvl-mode)
(require 'bvl-ts-mode nil t)
(add-hook 'bvl-base-mode-hook #'eglot-ensure)

(setq inhibit-startup-screen t
      make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      eglot-send-changes-idle-time 0.05
      flymake-no-changes-timeout 0.1
      ring-bell-function #'ignore)

(declare-function eglot-current-server "eglot" ())
(declare-function flymake-diagnostics "flymake" (&optional beg end))
(declare-function flymake-diagnostic-beg "flymake" (diag))
(declare-function flymake-diagnostic-text "flymake" (diag))
(declare-function flymake-diagnostic-code "ext:flymake" (diag))

(setq-default mode-line-format
              '(" %b " (:eval (if (bound-and-true-p eglot--managed-mode) "bvlc is here" "no server"))
                " " mode-name))

(defun bvl-session-findings (path)
  "Write to PATH what is found in the open files, as `FILE:LINE CODE'."
  (let (lines)
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (derived-mode-p 'bvl-base-mode)
          (dolist (found (flymake-diagnostics))
            (let ((text (concat (and (fboundp 'flymake-diagnostic-code) (format "%s " (flymake-diagnostic-code found)))
                                (flymake-diagnostic-text found))))
              (string-match "BVL[0-9]+" text)
              (push (format "%s:%d %s" (file-relative-name buffer-file-name (project-root (project-current)))
                            (line-number-at-pos (flymake-diagnostic-beg found)) (match-string 0 text))
                    lines))))))
    (with-temp-file (concat path ".part")
      (insert (mapconcat (lambda (line) (concat line "\n")) (sort lines #'string<) "")))
    (rename-file (concat path ".part") path)))

(provide 'bvl-session)
;;; bvl-session.el ends here
