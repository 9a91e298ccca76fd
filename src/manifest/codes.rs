//! The codes of what is wrong with a manifest before it is known what it does.

use crate::diagnostic::Code;

crate::code! {
    /// ## What it means
    /// A document of the file is neither YAML nor JSON: an indentation, a bracket or a quote is wrong, or the bytes are
    /// no UTF-8. The documents after it are read all the same.
    ///
    /// ## Why it matters in the cluster
    /// `kubectl apply` refuses the whole file, so the objects around it do not arrive either.
    ///
    /// ## How to mend it
    /// Mend the place that is shown. In a chart it is most often a template whose lines lack `indent` or `nindent`.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web #~ BVL1101
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// ```
    ///
    /// ## Source
    /// [YAML 1.2.2](https://yaml.org/spec/1.2.2/), as `granit-parser` 2.2 reads it.
    BVL1101, "unreadable-manifest", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// The document is larger than any manifest has reason to be: it nests deeper than 128 values, or its aliases repeat
    /// more than 100,000 values. It is not read.
    ///
    /// ## Why it matters in the cluster
    /// Nine lines of aliases of aliases stand for a thousand million values. Whoever expands them runs out of memory:
    /// the API server had to learn to refuse them (CVE-2019-11253).
    ///
    /// ## How to mend it
    /// Write out what the aliases repeat, or take the file out of what is verified.
    ///
    /// ```yaml bad
    /// a: &a [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
    /// b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
    /// c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    /// d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c] #~ BVL1102 "100,000"
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: &name web, labels: { app: *name } }
    /// ```
    ///
    /// ## Source
    /// CVE-2019-11253 ([kubernetes#83253](https://github.com/kubernetes/kubernetes/issues/83253)).
    BVL1102, "manifest-above-limit", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A map has the same key twice.
    ///
    /// ## Why it matters in the cluster
    /// `kubectl apply` refuses it since 1.25 (`--validate=strict`); other tools take the last one and drop the first
    /// without a word, so what applies depends on who applies it.
    ///
    /// ## How to mend it
    /// Keep one of them.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// data:
    ///   level: info
    ///   level: debug #~ BVL1103 :5
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// data:
    ///   level: debug
    /// ```
    ///
    /// ## Source
    /// [Field validation](https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation), since Kubernetes 1.27;
    /// [`UnmarshalStrict`](https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go) of `sigs.k8s.io/yaml` 1.6.
    BVL1103, "key-twice", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A field of a known kind holds something else than its type: a number where a text belongs, a text where a list
    /// belongs. The object is left out of everything else that is judged.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the object. The usual cause is a value without quotes: `value: 8080`, `value: yes` in an
    /// environment variable, `app: 1.0` in a label.
    ///
    /// ## How to mend it
    /// Quote what is meant as text (`| quote` in a chart); correct the shape where it is another.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// data:
    ///   port: 8080 #~ BVL1104
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: web }
    /// data:
    ///   port: "8080"
    /// ```
    ///
    /// ## Source
    /// The types of Kubernetes 1.33, [`k8s.io/api`](https://github.com/kubernetes/api/tree/v0.33.0).
    BVL1104, "field-of-other-type", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A field stands in an object of a known kind that has no such field at that place: a slip, or a field that belongs one
    /// level up or down. Those of Kubernetes up to 1.37 are known, whichever version the cluster has. What is below `status` is
    /// left alone.
    ///
    /// ## Why it matters in the cluster
    /// `kubectl apply` refuses the object. What applies it without strict validation stores it without the field, and says no
    /// more than a warning: `form` for `from` in a NetworkPolicy opens the pods to everyone.
    ///
    /// ## How to mend it
    /// Write the name of the field, or move it to where it belongs.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - form: #~ BVL1105 "`form`"
    ///         - podSelector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - podSelector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Field validation](https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation), Kubernetes 1.36: with
    /// `Strict`, the default of `kubectl`, "the API server rejects the request with a 400 Bad Request error when it detects any unknown
    /// or duplicate fields".
    BVL1105, "unknown-field", Error, since "0.1.0"
}

/// Every code of this room.
pub const CODES: &[&Code] = &[&BVL1101, &BVL1102, &BVL1103, &BVL1104, &BVL1105];
