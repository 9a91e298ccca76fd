;;; bvl-program-tests.el --- The program bvlc without a server  -*- lexical-binding: t; -*-

;;; Code:

(require 'bvl-support)
(require 'flymake)

(setq flymake-no-changes-timeout 0.1)

(defmacro bvl-test-flymake (name path &rest body)
  "Run BODY in PATH of a copy of the example NAME with Flymake and no server."
  (declare (indent 2))
  `(let* ((folder (bvl-test-example ,name))
          (buffer (find-file-noselect (expand-file-name ,path folder))))
     (unwind-protect
         (progn
           (switch-to-buffer buffer)
           (flymake-mode 1)
           ,@body)
       (set-buffer-modified-p nil)
       (kill-buffer buffer))))

(defun bvl-test-saved ()
  "Save without a word, and have it checked."
  (let ((inhibit-message t)) (save-buffer))
  (flymake-start))

(defun bvl-test-found ()
  "What is found: (TEXT-OF-THE-PLACE . MESSAGE)."
  (mapcar (lambda (found)
            (cons (buffer-substring (flymake-diagnostic-beg found) (flymake-diagnostic-end found))
                  (flymake-diagnostic-text found)))
          (sort (flymake-diagnostics)
                (lambda (one other) (< (flymake-diagnostic-beg one) (flymake-diagnostic-beg other))))))

(ert-deftest bvl-flymake-finds-what-is-saved ()
  (bvl-test-flymake "hello" "platform.bvl"
    (bvl-test-replace "greeter.http {" "greeter.htpp {")
    (bvl-test-replace "scale 2..6" "/* 🚀 ä */ scael 2..6")
    (bvl-test-saved)
    (bvl-test-eventually "two findings" (= 2 (length (bvl-test-found))))
    (should (equal (mapcar #'car (bvl-test-found)) '("scael" "htpp")))
    (should (string-match-p "no word `scael` in a service block \\[BVL0201\\]" (cdar (bvl-test-found))))
    (should (seq-every-p (lambda (found) (eq (flymake-diagnostic-type found) :error)) (flymake-diagnostics)))
    ;; what is not saved changes nothing
    (goto-char (point-max))
    (insert "// more\n")
    (flymake-start)
    (should (= 2 (length (bvl-test-found))))
    (bvl-test-replace "greeter.htpp {" "greeter.http {")
    (bvl-test-replace "scael" "scale")
    (bvl-test-saved)
    (bvl-test-eventually "no findings" (null (bvl-test-found)))))

(ert-deftest bvl-flymake-is-of-the-whole-platform ()
  (bvl-test-flymake "bitvault" "outside.bvl"
    (bvl-test-replace "external kms" "external kmss")
    (bvl-test-saved)
    (bvl-test-eventually "a finding in flows.bvl"
      (seq-some (lambda (state)
                  (seq-some (lambda (found)
                              (let ((locus (if (fboundp 'flymake-diagnostic-buffer) (flymake-diagnostic-buffer found))))
                                (and (stringp locus) (string-suffix-p "flows.bvl" locus))))
                            (bvl-test-foreign state)))
                (hash-table-values flymake--state)))
    (should-not (bvl-test-found))))

(defun bvl-test-foreign (state)
  "What STATE, that of a backend, found in other files."
  (apply #'append (hash-table-values (flymake--state-foreign-diags state))))

(ert-deftest bvl-explain-shows-a-flow-and-a-code ()
  (bvl-test-flymake "hello" "platform.bvl"
    (bvl-explain "flow web greeter")
    (with-current-buffer "*bvl explain*"
      (should (string-match-p "web -> greeter" (buffer-string))))
    (bvl-test-replace "memory 128Mi..256Mi" "memory 128Mi..256")
    (bvl-test-saved)
    (bvl-test-eventually "a finding" (bvl-test-found))
    (bvl-test-at "128Mi..256")
    (should (equal (bvl--code-here) "BVL0203"))
    (bvl-explain (bvl--code-here))
    (with-current-buffer "*bvl explain*"
      (should (string-match-p "BVL0203" (buffer-string))))))

(ert-deftest bvl-flymake-says-that-bvlc-is-missing ()
  (bvl-test-flymake "hello" "platform.bvl"
    (let ((bvl-program "/nowhere/bvlc") said)
      (cl-letf (((symbol-function 'bvl-flymake--served-p) #'ignore))
        (bvl-flymake (lambda (what &rest more) (setq said (cons what more)))))
      (should (eq (car said) :panic))
      (should (string-match-p "/nowhere/bvlc" (plist-get (cdr said) :explanation))))))

(provide 'bvl-program-tests)
;;; bvl-program-tests.el ends here
