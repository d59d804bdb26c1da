// The CRDs of the Gateway API, for `npm run e2e`: nothing is built of it.
module fairlead.test/gateway-api

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.1
