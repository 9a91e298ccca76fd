;;; bvl-tools.el --- The server and the program bvlc in Emacs  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; A platform as a project, the server for Eglot and for lsp-mode, what bvlc explains, and the commands of the server.

;;; Code:

(require 'project)
(require 'seq)

(defgroup bvl nil
  "Specs that bvlc compiles to Kubernetes manifests."
  :group 'languages
  :prefix "bvl-")

(defcustom bvl-program "bvlc"
  "The program bvlc: a name on the path of programs, or a file."
  :type 'string
  :risky t)

;;;; A platform is a project

(defun bvl-root (directory)
  "The folder of the platform to which DIRECTORY belongs; nil where there is none."
  (let ((root (locate-dominating-file directory "platform.bvl")))
    (and root (expand-file-name root))))

(defun bvl-project (directory)
  "The platform of DIRECTORY as a project; for `project-find-functions'."
  (let ((root (bvl-root directory)))
    (and root (cons 'bvl root))))

(cl-defmethod project-root ((project (head bvl)))
  "The folder of PROJECT, a platform."
  (cdr project))

;;;; The server

(defun bvl-server-contact (&rest _)
  "How the server is started."
  (list bvl-program "lsp"))

(defun bvl-eglot-contact (&rest _)
  "How Eglot starts the server.
What commands answer with is shown below: the server need not lead there."
  (append (bvl-server-contact) '(:initializationOptions (:showsTexts t))))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '((bvl-mode bvl-ts-mode) . bvl-eglot-contact)))

(defvar lsp-language-id-configuration)
(declare-function lsp-register-client "ext:lsp-mode" (client))
(declare-function lsp-stdio-connection "ext:lsp-mode" (command &optional test-command))
(declare-function lsp-activate-on "ext:lsp-mode" (&rest languages))
(declare-function make-lsp-client "ext:lsp-mode" (&rest slots))
(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(bvl-mode . "bvl"))
  (add-to-list 'lsp-language-id-configuration '(bvl-ts-mode . "bvl"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection #'bvl-server-contact)
                    :activation-fn (lsp-activate-on "bvl")
                    :server-id 'bvlc)))

;;;; What bvlc explains

(defun bvl--show (name text mode)
  "Show TEXT in the buffer NAME, which is in MODE, in another window."
  (with-current-buffer (get-buffer-create name)
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert text)
      (goto-char (point-min)))
    (funcall mode)
    (setq buffer-read-only t)
    (display-buffer (current-buffer))))

(declare-function flymake-diagnostics "flymake" (&optional beg end))
(declare-function flymake-diagnostic-text "flymake" (diag))
(declare-function flymake-diagnostic-code "ext:flymake" (diag))

(defun bvl--code-here ()
  "The code of what is found in the line of point."
  (when (bound-and-true-p flymake-mode)
    (seq-some (lambda (found)
                (let ((text (concat (and (fboundp 'flymake-diagnostic-code)
                                         (format "%s " (flymake-diagnostic-code found)))
                                    (flymake-diagnostic-text found))))
                  (and (string-match "BVL[0-9]\\{4\\}" text) (match-string 0 text))))
              (flymake-diagnostics (line-beginning-position) (line-end-position)))))

(defun bvl-explain (subject)
  "Show what bvlc explains of SUBJECT: a code, `service/NAME' or `flow A B'.
It speaks of what is saved."
  (interactive
   (list (let ((code (bvl--code-here)))
           (read-string (format-prompt "Explain (a code, service/NAME, flow A B)" code) nil nil code))))
  (let ((default-directory (or (bvl-root default-directory) default-directory)))
    (with-temp-buffer
      (apply #'process-file bvl-program nil t nil "--color" "never" "explain" (split-string subject))
      (bvl--show "*bvl explain*" (buffer-string) #'special-mode))))

;;;; Commands of the server

(defconst bvl--command-prefix "bvlc."
  "How the names of the server's own commands begin.")

(declare-function eglot-current-server "eglot" ())
(declare-function eglot--capabilities "eglot" (server))
(declare-function eglot--TextDocumentPositionParams "eglot" ())
(declare-function jsonrpc-request "jsonrpc" (connection method params &rest more))

(defun bvl-server-commands ()
  "The names of the commands that the buffer's server has, without `bvlc.'."
  (let ((server (and (fboundp 'eglot-current-server) (eglot-current-server))))
    (when server
      (let ((provider (plist-get (eglot--capabilities server) :executeCommandProvider)))
        (delq nil
              (mapcar (lambda (command)
                        (and (string-prefix-p bvl--command-prefix command)
                             (substring command (length bvl--command-prefix))))
                      (and (listp provider) (plist-get provider :commands))))))))

(defun bvl-command (name)
  "Run the command NAME of the server for the place of point.
Show its answer.  Only commands that the server has are offered."
  (interactive
   (let ((names (bvl-server-commands)))
     (unless names
       (user-error "The server has no commands"))
     (list (completing-read "Command: " names nil t))))
  (unless (member name (bvl-server-commands))
    (user-error "The server has no command `%s'" name))
  (bvl--run (eglot-current-server) name (vector (eglot--TextDocumentPositionParams))))

(defun bvl--run (server name arguments)
  "Have SERVER run the command NAME with ARGUMENTS, and show its answer."
  (let* ((answer (jsonrpc-request server :workspace/executeCommand
                                  (list :command (concat bvl--command-prefix name) :arguments arguments)))
         (text (cond ((stringp answer) answer)
                     ((and (consp answer) (stringp (plist-get answer :text))) (plist-get answer :text)))))
    (when text
      (let ((mode (if (equal (and (consp answer) (plist-get answer :language)) "yaml")
                      (seq-find #'fboundp '(yaml-ts-mode yaml-mode conf-mode))
                    #'special-mode)))
        (bvl--show (format "*bvl %s*" name) text mode)))))

;; What a command of the server answers is all that it does, and Eglot shows none of it where a code action runs one.

(defun bvl--command-name (command)
  "The name of COMMAND, a string or symbol, without `bvlc.'.
It is nil for a command of another server."
  (let ((command (format "%s" command)))
    (and (string-prefix-p bvl--command-prefix command)
         (substring command (length bvl--command-prefix)))))

(defun bvl--eglot-execute (execute server action)
  "Show the answer of a command that ACTION has SERVER run; else EXECUTE it.
Around `eglot-execute', of Emacs 30."
  (let* ((command (plist-get action :command))
         (given (if (stringp command) action command))
         (name (and (null (plist-get action :edit)) (bvl--command-name (plist-get given :command)))))
    (if name
        (bvl--run server name (plist-get given :arguments))
      (funcall execute server action))))

(defun bvl--eglot-execute-command (execute server command arguments)
  "Show what COMMAND of SERVER answers to ARGUMENTS, if ours; else EXECUTE it.
Around `eglot-execute-command', of earlier releases."
  (let ((name (bvl--command-name command)))
    (if name
        (bvl--run server name arguments)
      (funcall execute server command arguments))))

(with-eval-after-load 'eglot
  (if (fboundp 'eglot-execute)
      (advice-add 'eglot-execute :around #'bvl--eglot-execute)
    (advice-add 'eglot-execute-command :around #'bvl--eglot-execute-command)))

(provide 'bvl-tools)
;;; bvl-tools.el ends here
