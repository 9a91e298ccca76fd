;;; bvl-flymake.el --- Findings of bvlc without a server  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; A Flymake backend that runs `bvlc check'.  It speaks of what is saved, since a finding may lie between files; while a
;; buffer has changes that are not, its findings stay as they were.  Where Eglot or lsp-mode serves the buffer it is silent.

;;; Code:

(require 'flymake)
(require 'bvl-tools)

(defvar-local bvl-flymake--process nil
  "The check that is running for the buffer.")

(defconst bvl-flymake--line
  (rx bol (group (+? nonl)) ":" (group (+ digit)) ":" (group (+ digit)) ": "
      (group (or "error" "warning" "hint")) "[" (group "BVL" (= 4 digit)) "]: " (group (* nonl)) eol)
  "A line of `--message-format concise'.")

(defun bvl-flymake--findings (buffer root)
  "What the current buffer lists, as diagnostics of BUFFER and of other files.
Paths are below ROOT."
  (let ((of-buffer (file-truename (buffer-file-name buffer))) found)
    (goto-char (point-min))
    (while (re-search-forward bvl-flymake--line nil t)
      (let* ((path (expand-file-name (match-string 1) root))
             (line (string-to-number (match-string 2)))
             (column (string-to-number (match-string 3)))
             (kind (pcase (match-string 4)
                     ("error" :error)
                     ("warning" :warning)
                     (_ :note)))
             (text (format "%s [%s]" (match-string 6) (match-string 5)))
             (region (and (equal (file-truename path) of-buffer)
                          (with-current-buffer buffer (bvl-flymake--region line column)))))
        (push (if region
                  (flymake-make-diagnostic buffer (car region) (cdr region) kind text)
                (flymake-make-diagnostic path (cons line column) nil kind text))
              found)))
    (nreverse found)))

(defun bvl-flymake--region (line column)
  "The word at LINE and COLUMN, both from one, as (BEGINNING . END)."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (forward-line (1- line))
      (forward-char (min (1- column) (- (line-end-position) (point))))
      (let ((begin (point)))
        (skip-chars-forward "[:alnum:]_.%-" (line-end-position))
        (when (= (point) begin)
          (goto-char (min (1+ begin) (point-max))))
        (cons begin (max (point) (min (1+ begin) (point-max))))))))

(defun bvl-flymake--served-p ()
  "Whether a server reports the findings of the buffer."
  (or (bound-and-true-p eglot--managed-mode) (bound-and-true-p lsp-managed-mode)))

(defun bvl-flymake (report &rest _)
  "Check the buffer's platform and tell REPORT; for `flymake-diagnostic-functions'."
  (when (process-live-p bvl-flymake--process)
    (kill-process bvl-flymake--process))
  (let ((root (and buffer-file-name (bvl-root default-directory)))
        (source (current-buffer)))
    (cond
     ((or (not root) (bvl-flymake--served-p))
      (funcall report nil))
     ((buffer-modified-p)
      ;; what is known of the saved text stays
      (funcall report nil :region (cons (point-min) (point-min))))
     ((not (executable-find bvl-program))
      (funcall report :panic :explanation (format "`%s' cannot be run" bvl-program)))
     (t
      (setq bvl-flymake--process
            (let ((default-directory root))
              (make-process
               :name "bvl-flymake" :noquery t :connection-type 'pipe
               :buffer (generate-new-buffer " *bvl-flymake*")
               :command (list bvl-program "--color" "never" "check" "--message-format" "concise")
               :stderr (make-pipe-process :name "bvl-flymake errors" :noquery t
                                          :buffer (generate-new-buffer " *bvl-flymake errors*")
                                          :sentinel #'ignore)
               :sentinel (lambda (process _event)
                           (bvl-flymake--ended process source root report)))))))))

(defun bvl-flymake--ended (process source root report)
  "Tell REPORT what PROCESS found of SOURCE, whose platform is in ROOT."
  (when (memq (process-status process) '(exit signal))
    (unwind-protect
        (when (and (buffer-live-p source)
                   (eq process (buffer-local-value 'bvl-flymake--process source)))
          (pcase (process-exit-status process)
            ((or 0 1)
             (let ((found (with-current-buffer (process-buffer process)
                            (bvl-flymake--findings source root))))
               (with-current-buffer source
                 (funcall report found))))
            (code
             (with-current-buffer source
               (funcall report :panic :explanation (format "bvlc check ended with %s" code))))))
      (kill-buffer (process-buffer process)))))

(provide 'bvl-flymake)
;;; bvl-flymake.el ends here
