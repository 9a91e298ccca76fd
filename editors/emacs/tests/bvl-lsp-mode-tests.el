;;; bvl-lsp-mode-tests.el --- The real server behind lsp-mode  -*- lexical-binding: t; -*-

;;; Code:

(require 'bvl-support)

(declare-function lsp "ext:lsp-mode" (&optional arg))
(declare-function lsp-diagnostics "ext:lsp-mode" (&optional current-workspace?))
(declare-function lsp-workspace-shutdown "ext:lsp-mode" (workspace))
(declare-function lsp-workspaces "ext:lsp-mode" ())
(declare-function lsp-workspace-root "ext:lsp-mode" (&optional path))
(declare-function lsp-get "ext:lsp-protocol" (from key))

(ert-deftest bvl-lsp-mode-starts-the-server ()
  (skip-unless (require 'lsp-mode nil t))
  (let* ((folder (bvl-test-example "hello"))
         (lsp-session-file (expand-file-name "lsp-session" (make-temp-file "bvl" t)))
         (lsp-auto-guess-root t) (lsp-warn-no-matched-clients nil) (lsp-restart 'ignore)
         (lsp-keep-workspace-alive nil) (lsp-enable-file-watchers nil) (lsp-idle-delay 0.05)
         (file (expand-file-name "platform.bvl" folder))
         (buffer (find-file-noselect file)))
    (defvar lsp-session-file) (defvar lsp-auto-guess-root) (defvar lsp-warn-no-matched-clients) (defvar lsp-restart)
    (defvar lsp-keep-workspace-alive) (defvar lsp-enable-file-watchers) (defvar lsp-idle-delay)
    (ignore lsp-session-file lsp-auto-guess-root lsp-warn-no-matched-clients lsp-restart
            lsp-keep-workspace-alive lsp-enable-file-watchers lsp-idle-delay)
    (switch-to-buffer buffer)
    (bvl-test-replace "memory 128Mi..256Mi" "memory 128Mi..256")
    (let ((inhibit-message t)) (lsp))
    (bvl-test-eventually "a workspace" (lsp-workspaces))
    (should (equal (file-truename (file-name-as-directory (lsp-workspace-root))) folder))
    (bvl-test-eventually "the finding"
      (let ((found (gethash file (lsp-diagnostics))))
        (and found (equal (lsp-get (car found) :code) "BVL0203"))))
    (let ((inhibit-message t)) (mapc #'lsp-workspace-shutdown (lsp-workspaces)))
    (set-buffer-modified-p nil)
    (kill-buffer buffer)))

(provide 'bvl-lsp-mode-tests)
;;; bvl-lsp-mode-tests.el ends here
