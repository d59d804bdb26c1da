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

{{- define "forwarder.image" -}}
{{- $repository := required "image.repository: give the place that you pushed the image of forwarder/Dockerfile to" .Values.image.repository -}}
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
{{- $_ := required "webhook: with auth hmac, give existingSecret or secret" .Values.webhook.secret -}}
{{ .Chart.Name }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The settings' file: exactly the keys that the forwarder knows, those without a value left out. */}}
{{- define "forwarder.settings" -}}
{{- $webhook := dict "url" (required "webhook.url: give output WebhookUrl of fairlead's stack" .Values.webhook.url) "auth" .Values.webhook.auth -}}
{{- if and (eq .Values.webhook.auth "iam") (not .Values.webhook.region) (not (regexMatch "^https://[^/]+\\.lambda-url\\.[A-Za-z0-9-]+\\.on\\.aws([/:]|$)" .Values.webhook.url)) }}{{- fail "webhook.region: give the region of the webhook, since the url is not that of a Lambda function, which names it" }}{{- end -}}
{{- if .Values.webhook.region }}{{- $_ := set $webhook "region" .Values.webhook.region }}{{- end -}}
{{- if include "forwarder.secret" . }}{{- $_ := set $webhook "secretFile" "/var/run/secrets/fairlead/secret" }}{{- end -}}
{{- $settings := dict "cluster" (required "cluster: give the name that the cluster has in fairlead.yml" .Values.cluster) "webhook" $webhook "sources" .Values.sources "hostnames" .Values.hostnames "gather" .Values.gather "port" 8080 -}}
{{- if .Values.annotationPrefixes }}{{- $_ := set $settings "annotationPrefixes" .Values.annotationPrefixes }}{{- end -}}
{{- $values := .Values -}}
{{- range $key := list "gateway" "filters" "ingress" "service" "records" "limits" "views" }}{{- with index $values $key }}{{- $_ := set $settings $key . }}{{- end }}{{- end -}}
{{ $settings | toPrettyJson }}
{{- end }}
