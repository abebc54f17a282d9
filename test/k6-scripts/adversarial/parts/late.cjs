const http = require('k6/http').default
exports.visit = function (url) {
  const response = http.get(url)
  console.log('visited', url)
  return response.status
}
