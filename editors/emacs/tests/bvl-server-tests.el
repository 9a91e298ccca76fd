;;; bvl-server-tests.el --- The real server behind Eglot  -*- lexical-binding: t; -*-

;;; Code:

(require 'bvl-support)
(require 'eglot)
(require 'flymake)
(require 'xref)
(require 'imenu)

;; Emacs 28 does not wait for the shutdown of a server that ends, and no test is about it
(setq eglot-autoshutdown t
      eglot-sync-connect 20
      flymake-no-changes-timeout 0.1
      eglot-send-changes-idle-time 0.05
      xref-prompt-for-identifier nil)

(defmacro bvl-test-served (name path &rest body)
  "Run BODY in PATH of a copy of the example NAME, served by Eglot.
`folder' is the copy."
  (declare (indent 2))
  `(let* ((folder (bvl-test-example ,name))
          (buffer (find-file-noselect (expand-file-name ,path folder))))
     (ignore folder)
     (unwind-protect
         (progn
           (switch-to-buffer buffer)
           (let ((inhibit-message t)) (apply #'eglot--connect (bvl-test-contact)))
           (bvl-test-eventually "a server" (and (eglot-current-server) (bound-and-true-p eglot--managed-mode)))
           ,@body)
       (when (eglot-current-server)
         (ignore-errors (let ((inhibit-message t)) (eglot-shutdown (eglot-current-server)))))
       (dolist (buffer (buffer-list))
         (when (and (buffer-file-name buffer) (file-in-directory-p (buffer-file-name buffer) folder))
           (with-current-buffer buffer (set-buffer-modified-p nil))
           (kill-buffer buffer))))))

(defun bvl-test-contact ()
  "The arguments of `eglot--connect' that Eglot guesses itself."
  (let ((guessed (eglot--guess-contact)))
    ;; 1.9 gives the interactivity as well
    (if (> (length guessed) 5) (butlast guessed) guessed)))

(defun bvl-test-changed ()
  "Have changes sent and findings shown at once, which Emacs does when it is idle."
  (eglot--signal-textDocument/didChange)
  (flymake-start))

(defun bvl-test-findings ()
  "The codes of the findings in the buffer, sorted."
  (sort (mapcar (lambda (found)
                  (let ((text (concat (format "%s" (and (fboundp 'flymake-diagnostic-code)
                                                        (flymake-diagnostic-code found)))
                                      " " (flymake-diagnostic-text found))))
                    (if (string-match "BVL[0-9]+" text) (match-string 0 text) text)))
                (flymake-diagnostics))
        #'string<))

(defun bvl-test-has-findings (codes)
  "Wait until the findings of the buffer are CODES."
  (bvl-test-changed)
  (bvl-test-eventually (format "%s, not %s" codes (bvl-test-findings))
    (equal (bvl-test-findings) codes)))

(ert-deftest bvl-the-platform-is-the-project ()
  (bvl-test-served "bitvault" "services/bitvaultd.bvl"
    (should (equal (file-truename (project-root (project-current))) folder))
    (let ((server (eglot-current-server)))
      (find-file (expand-file-name "flows.bvl" folder))
      (bvl-test-eventually "the same server" (eq (eglot-current-server) server)))))

(ert-deftest bvl-findings-come-and-go ()
  (bvl-test-served "hello" "platform.bvl"
    (bvl-test-has-findings nil)
    (bvl-test-replace "greeter.http {" "greeter.htpp {")
    (bvl-test-has-findings '("BVL0218"))
    (let ((found (car (flymake-diagnostics))))
      (should (equal (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found)) "htpp"))
      (should (eq (flymake-diagnostic-type found) 'eglot-error)))
    (bvl-test-replace "greeter.htpp {" "greeter.http {")
    (bvl-test-has-findings nil)))

(ert-deftest bvl-findings-stand-at-the-right-characters ()
  (bvl-test-served "hello" "platform.bvl"
    (bvl-test-replace "scale 2..6" "/* 🚀 ä */ scael 2..6")
    (bvl-test-has-findings '("BVL0201"))
    (let ((found (car (flymake-diagnostics))))
      (should (equal (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found)) "scael")))))

(ert-deftest bvl-hover-says-what-a-word-means ()
  (bvl-test-served "hello" "platform.bvl"
    (bvl-test-at "scale 2..6")
    (let (said)
      (bvl-test-eventually "hover"
        (progn
          ;; by itself: the first that answers in `eldoc-documentation-functions' may be the signature
          (eglot-hover-eldoc-function (lambda (text &rest _) (setq said text)))
          (accept-process-output nil 0.2)
          said))
      (should (string-match-p "scale" said)))))

(ert-deftest bvl-definitions-lead-into-other-files ()
  (bvl-test-served "bitvault" "flows.bvl"
    (bvl-test-at "bitvault-web.http" 2)
    (xref-find-definitions (xref-backend-identifier-at-point (xref-find-backend)))
    (should (string-suffix-p "services/bitvault-web.bvl" (buffer-file-name)))
    (should (looking-at-p "bitvault-web {"))
    (if (fboundp 'xref-go-back) (xref-go-back) (xref-pop-marker-stack))
    (should (string-suffix-p "flows.bvl" (buffer-file-name)))))

(ert-deftest bvl-references-are-in-all-files ()
  (bvl-test-served "bitvault" "outside.bvl"
    (bvl-test-at "external kms" 10)
    (let* ((found (xref-backend-references (xref-find-backend) (xref-backend-identifier-at-point (xref-find-backend))))
           (files (mapcar (lambda (item) (file-name-nondirectory (xref-location-group (xref-item-location item)))) found)))
      (should (equal (sort files #'string<) '("flows.bvl" "flows.bvl" "flows.bvl" "outside.bvl"))))))

(ert-deftest bvl-implementations-are-the-overlays ()
  (bvl-test-served "bitvault" "services/bitvaultd.bvl"
    (bvl-test-at "bitvaultd {" 2)
    (eglot-find-implementation)
    (should (= 3 (with-current-buffer (bvl-test-list-of-places)
                   (how-many "service bitvaultd" (point-min) (point-max)))))))

(defun bvl-test-list-of-places ()
  "The buffer that lists places."
  (get-buffer xref-buffer-name))

(ert-deftest bvl-completion-knows-the-place ()
  (bvl-test-served "hello" "platform.bvl"
    (goto-char (point-max))
    (insert "allow web -> greeter.")
    (bvl-test-changed)
    (let* ((capf (run-hook-wrapped 'completion-at-point-functions #'completion--capf-wrapper 'all))
           (offered (all-completions "" (nth 3 capf) (plist-get (nthcdr 4 capf) :predicate))))
      (should (member "http" (mapcar #'substring-no-properties offered)))
      (should-not (member "service" offered)))
    (insert "ht")
    (bvl-test-changed)
    (let ((inhibit-message t)) (completion-at-point))
    (should (looking-back "greeter\\.http" (line-beginning-position)))))

(defun bvl-test-choosing (title)
  "Run the code action of TITLE from Eglot's menu at point, and give what was offered."
  (let (offered)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt items &rest _)
                 (setq offered (all-completions "" items))
                 title))
              ;; files that are not open are changed only with a word of the user
              ((symbol-function 'y-or-n-p) #'always))
      ;; as by a key, not by the mouse
      (let ((last-nonmenu-event ?x))
        (eglot-code-actions (point) (point) nil t)))
    offered))

(ert-deftest bvl-code-actions-mend ()
  (bvl-test-served "hello" "platform.bvl"
    (bvl-test-replace "memory 128Mi..256Mi" "memory 128Mi..256")
    (bvl-test-has-findings '("BVL0203"))
    (bvl-test-at "..256" 2)
    (let ((offered (bvl-test-choosing "write `256Mi`")))
      (should (equal (car offered) "write `256Mi`")))
    (should (save-excursion (goto-char (point-min)) (search-forward "memory 128Mi..256Mi" nil t)))
    (bvl-test-has-findings nil)))

(ert-deftest bvl-code-actions-may-change-another-file ()
  (bvl-test-served "bitvault" "services/bitvault-worker.bvl"
    (bvl-test-replace "nats://${nats.client.host}:${nats.client.port}" "${redis.client.host}")
    (bvl-test-has-findings '("BVL0315"))
    (bvl-test-at "redis.client" 2)
    (bvl-test-choosing "add `allow bitvault-worker -> redis.client`")
    (with-current-buffer (find-file-noselect (expand-file-name "flows.bvl" folder))
      (should (save-excursion (goto-char (point-min)) (search-forward "allow bitvault-worker -> postgres.sql, nats.client, redis.client" nil t)))
      (bvl-test-changed))
    (bvl-test-has-findings nil)))

(ert-deftest bvl-documents-are-formatted ()
  (bvl-test-served "hello" "platform.bvl"
    (let ((styled (buffer-string)))
      (goto-char (point-min))
      (while (re-search-forward "^ +\\| {$" nil t)
        (replace-match "    \\&"))
      (should-not (equal (buffer-string) styled))
      (bvl-test-changed)
      (eglot-format-buffer)
      (should (equal (buffer-string) styled)))))

(ert-deftest bvl-the-outline-is-the-servers ()
  (bvl-test-served "hello" "platform.bvl"
    (let ((names (flatten-tree (eglot-imenu))))
      (dolist (name '("hello" "prod" "web" "greeter"))
        (should (member name names))))))

(ert-deftest bvl-workspace-symbols-are-found ()
  (bvl-test-served "bitvault" "flows.bvl"
    (let ((found (xref-backend-apropos (xref-find-backend) "bitvault-worker")))
      (should (seq-some (lambda (item) (string-match-p "bitvault-worker" (xref-item-summary item))) found)))))

(defun bvl-test-server-can (capability)
  "Whether the server has CAPABILITY; skips the test where not."
  (let ((value (plist-get (eglot--capabilities (eglot-current-server)) capability)))
    (and value (not (eq value :json-false)))))

(ert-deftest bvl-settings-reach-the-server ()
  (let ((eglot-workspace-configuration '(:bvl (:hints (:no-such-hint :json-false)))) told)
    (cl-letf (((symbol-function 'eglot--message) (lambda (form &rest words) (push (apply #'format form words) told)))
              ((symbol-function 'eglot--warn) (lambda (form &rest words) (push (apply #'format form words) told))))
      (bvl-test-served "hello" "platform.bvl"
        (bvl-test-eventually "a word on the setting that there is not"
          (or (string-match-p "no-such-hint" (mapconcat #'identity told "\n"))
              (with-current-buffer (messages-buffer)
                (save-excursion (goto-char (point-min)) (search-forward "no-such-hint" nil t)))))))))

(ert-deftest bvl-rename-where-the-server-has-it ()
  (bvl-test-served "hello" "platform.bvl"
    (skip-unless (bvl-test-server-can :renameProvider))
    (bvl-test-at "service greeter" 8)
    ;; whatever is asked before names of Kubernetes change is answered with the first choice
    (cl-letf (((symbol-function 'y-or-n-p) #'always)
              ((symbol-function 'completing-read)
               (lambda (_prompt items &rest _) (car (all-completions "" items)))))
      (eglot-rename "welcome")
      (bvl-test-eventually "the new name"
        (save-excursion (goto-char (point-min)) (search-forward "service welcome {" nil t))))
    (dolist (text '("allow web -> welcome.http" "welcome.http.host"))
      (should (save-excursion (goto-char (point-min)) (search-forward text nil t))))
    (should-not (save-excursion (goto-char (point-min)) (search-forward "greeter.http" nil t)))
    (bvl-test-has-findings nil)))

(ert-deftest bvl-hints-where-both-have-them ()
  (bvl-test-served "hello" "platform.bvl"
    (skip-unless (and (fboundp 'eglot-inlay-hints-mode) (bvl-test-server-can :inlayHintProvider)))
    (eglot-inlay-hints-mode 1)
    ;; what is in a window is asked for when Emacs is idle; here it is asked for at once
    (eglot--update-hints-1 (point-min) (point-max))
    (bvl-test-eventually "a hint"
      (seq-some (lambda (overlay) (overlay-get overlay 'eglot--inlay-hint))
                (overlays-in (point-min) (point-max))))))

(ert-deftest bvl-commands-are-those-that-the-server-has ()
  (bvl-test-served "hello" "platform.bvl"
    (should-error (bvl-command "nothing-of-this-name") :type 'user-error)
    (if (not (member "preview" (bvl-server-commands)))
        (should-error (bvl-command "preview") :type 'user-error)
      (bvl-test-at "service web" 8)
      (let ((inhibit-message t)) (bvl-command "preview"))
      (with-current-buffer "*bvl preview*"
        (should (save-excursion (goto-char (point-min)) (search-forward "kind: Deployment" nil t)))))))

(ert-deftest bvl-actions-that-run-a-command-show-its-answer ()
  (bvl-test-served "hello" "platform.bvl"
    (skip-unless (member "check" (bvl-server-commands)))
    (bvl-test-at "service web" 8)
    (let ((inhibit-message t)) (bvl-test-choosing "what checks find"))
    (with-current-buffer "*bvl check*"
      (should (save-excursion (goto-char (point-min)) (search-forward "web: " nil t))))))

(provide 'bvl-server-tests)
;;; bvl-server-tests.el ends here
