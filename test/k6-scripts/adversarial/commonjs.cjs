const http = require('k6/http')
const { sleep, check } = require('k6')
const late = require('./parts/late.cjs')

function twice(url) {
  return [url + 1, url + 2].map((each) => http.get(each).status)
}
module.exports.default = function () {
  console.log(twice('u'))
  sleep(1)
  late.visit('v')
  check(1, { fine: () => late.visit('in check') === 200 })
}
