{{/* Labels by which the pod is selected; they never change. */}}
{{- define "forwarder.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "forwarder.labels" -}}
{{ include "forwarder.selector" . }}
app.kubernetes.io/part-of: fairlead
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* What has no default must be given; what is missing is said at once, not one in each attempt. */}}
{{- define "forwarder.given" -}}
{{- $missing := list -}}
{{- if not .Values.cluster }}{{- $missing = append $missing "cluster: give the name that the cluster has in fairlead.yml" }}{{- end -}}
{{- if not .Values.webhook.url }}{{- $missing = append $missing "webhook.url: give output WebhookUrl of fairlead's stack" }}{{- end -}}
{{- if not .Values.image.repository }}{{- $missing = append $missing "image.repository: give the place that you pushed the image of forwarder/Dockerfile to" }}{{- end -}}
{{- if and (eq .Values.webhook.auth "hmac") (not .Values.webhook.existingSecret) (not .Values.webhook.secret) }}{{- $missing = append $missing "webhook: with auth hmac, give existingSecret or secret" }}{{- end -}}
{{- with $missing }}{{- fail (join "; " .) }}{{- end -}}
{{- end }}

{{- define "forwarder.image" -}}
{{- include "forwarder.given" . -}}
{{- $repository := .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* The Secret that holds the shared secret; empty for iam. */}}
{{- define "forwarder.secret" -}}
{{- if eq .Values.webhook.auth "hmac" -}}
{{- if .Values.webhook.existingSecret -}}
{{ .Values.webhook.existingSecret }}
{{- else -}}
{{- include "forwarder.given" . -}}
{{ .Chart.Name }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What is no selector is refused here: the forwarder would not start with it. As lib/sources/selector.ts reads them. */}}
{{- define "forwarder.selectors" -}}
{{- $key := `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?` -}}
{{- $word := `[^\s=!,()<>]+` -}}
{{- $value := printf `\s*(?:%s)?` $word -}}
{{- $values := printf `\s*\(%s\s*(?:,%s\s*)*\)` $value $value -}}
{{- $one := printf `\s*(?:!\s*%s|%s(?:\s*(?:==|!=|=)%s|\s*[<>]\s*-?[0-9]+|\s+(?:in|notin)%s)?)\s*` $key $key $value $values -}}
{{- $selector := printf `^(?:\s*|%s(?:,%s)*)$` $one $one -}}
{{- $parts := list (dict "at" "" "of" .Values.AsMap) -}}
{{- range $i, $view := .Values.views }}{{- $parts = append $parts (dict "at" (printf "views[%d]." $i) "of" $view) }}{{- end -}}
{{- range $part := $parts }}
{{- range $path := list "filters.labels" "filters.annotations" "gateway.labels" }}
{{- $names := splitList "." $path }}
{{- $said := dig (first $names) (last $names) "" $part.of }}
{{- if not (regexMatch $selector $said) }}{{- fail (printf "%s%s: %q is not a selector: write k=v, k!=v, k in (a,b), k notin (a,b), k, !k, k>1 or k<1, with commas between them" $part.at $path $said) }}{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The settings' file: exactly the keys that the forwarder knows, those without a value left out. */}}
{{- define "forwarder.settings" -}}
{{- include "forwarder.given" . -}}
{{- include "forwarder.selectors" . -}}
{{- $webhook := dict "url" .Values.webhook.url "auth" .Values.webhook.auth -}}
{{- if and (eq .Values.webhook.auth "iam") (not .Values.webhook.region) (not (regexMatch "^https://[^/]+\\.lambda-url\\.[A-Za-z0-9-]+\\.on\\.aws([/:]|$)" .Values.webhook.url)) }}{{- fail "webhook.region: give the region of the webhook, since the url is not that of a Lambda function, which names it" }}{{- end -}}
{{- if .Values.webhook.region }}{{- $_ := set $webhook "region" .Values.webhook.region }}{{- end -}}
{{- if include "forwarder.secret" . }}{{- $_ := set $webhook "secretFile" "/var/run/secrets/fairlead/secret" }}{{- end -}}
{{- $settings := dict "cluster" .Values.cluster "webhook" $webhook "sources" .Values.sources "hostnames" .Values.hostnames "gather" .Values.gather "port" 8080 -}}
{{- if .Values.annotationPrefixes }}{{- $_ := set $settings "annotationPrefixes" .Values.annotationPrefixes }}{{- end -}}
{{- $values := .Values -}}
{{- range $key := list "gateway" "filters" "ingress" "service" "records" "limits" "views" }}{{- with index $values $key }}{{- $_ := set $settings $key . }}{{- end }}{{- end -}}
{{ $settings | toPrettyJson }}
{{- end }}

{{/* As the forwarder lays a view over the rest: each key that the view has. */}}
{{- define "forwarder.ofView" -}}
{{- $all := .values.AsMap -}}
{{- $given := dig .section .key .default $all -}}
{{- dig .section .key $given .view | toJson -}}
{{- end }}

{{/*
What the forwarder reads, as its sources and filters have it: resources by API group, by namespace; "" is all of the cluster.
rules.yaml is made of the table of sources.
*/}}
{{- define "forwarder.rights" -}}
{{- $values := .Values }}
{{- $table := .Files.Get "rules.yaml" | fromYaml }}
{{- $rights := dict }}
{{- range $view := .Values.views | default (list dict) }}
{{- $of := dict "values" $values "view" $view }}
{{- $namespaces := include "forwarder.ofView" (merge (dict "section" "filters" "key" "namespaces" "default" list) $of) | fromJsonArray }}
{{- $types := include "forwarder.ofView" (merge (dict "section" "service" "key" "types" "default" list) $of) | fromJsonArray }}
{{- $gateway := include "forwarder.ofView" (merge (dict "section" "gateway" "key" "namespace" "default" "") $of) | trimAll "\"" }}
{{- range $source := $values.sources }}
{{- range $rule := index $table $source }}
{{- $needed := not (and $rule.types $types) }}
{{- range $type := $types }}{{ if has $type ($rule.types | default list) }}{{ $needed = true }}{{ end }}{{ end }}
{{- $places := list }}
{{- if and $needed $namespaces (eq $rule.of "namespaces") }}{{ $places = $namespaces }}
{{- else if and $needed $namespaces $gateway (eq $rule.of "gateway") }}{{ $places = list $gateway }}
{{- else if $needed }}{{ $places = list "" }}
{{- end }}
{{- range $place := $places }}
{{- $groups := get $rights $place | default dict }}
{{- $resources := append (get $groups $rule.group | default list) $rule.resource | uniq | sortAlpha }}
{{- $_ := set $rights $place (merge (dict $rule.group $resources) $groups) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- /* What is read all over the cluster needs no right in a namespace. */}}
{{- $everywhere := get $rights "" | default dict }}
{{- $rest := dict }}
{{- range $place, $groups := $rights }}
{{- $left := dict }}
{{- range $group, $resources := $groups }}
{{- $own := list }}
{{- range $resources }}{{ if or (eq $place "") (not (has . (get $everywhere $group | default list))) }}{{ $own = append $own . }}{{ end }}{{ end }}
{{- if $own }}{{ $_ := set $left $group $own }}{{ end }}
{{- end }}
{{- if $left }}{{ $_ := set $rest $place $left }}{{ end }}
{{- end }}
{{- $rest | toYaml }}
{{- end }}
