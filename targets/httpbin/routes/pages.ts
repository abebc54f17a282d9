import { contentTypes, type Exchange, Refusal } from '../exchange.ts'
import type { RouteSpec } from '../router.ts'
import { redirect } from './redirects.ts'
import { wholeNumber } from './parameter.ts'

const indexPage = page(
  'Sample target',
  '<h1>Sample target</h1><p>An HTTP API to be tested. <a href="/get">/get</a>, <a href="/html">/html</a>, <a href="/forms/post">/forms/post</a>, ' +
    '<a href="/links/10/0">/links/10/0</a>, <a href="/json">/json</a>.</p>',
)

const novelPage = page(
  'Moby-Dick',
  '<h1>Herman Melville - Moby-Dick</h1><div><p>Call me Ishmael. Some years ago&mdash;never mind how long precisely&mdash;having little or ' +
    'no money in my purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part ' +
    'of the world. It is a way I have of driving off the spleen and regulating the circulation.</p></div>',
)

const formPage = page(
  'Order',
  `<form method="post" action="/post">
<p><label>Customer name: <input name="custname"></label></p>
<p><label>Telephone: <input type="tel" name="custtel"></label></p>
<p><label>E-mail: <input type="email" name="custemail"></label></p>
<fieldset><legend>Size</legend>
<label><input type="radio" name="size" value="small"> Small</label>
<label><input type="radio" name="size" value="medium"> Medium</label>
<label><input type="radio" name="size" value="large"> Large</label>
</fieldset>
<fieldset><legend>Toppings</legend>
<label><input type="checkbox" name="topping" value="bacon"> Bacon</label>
<label><input type="checkbox" name="topping" value="cheese"> Cheese</label>
<label><input type="checkbox" name="topping" value="onion"> Onion</label>
<label><input type="checkbox" name="topping" value="mushroom"> Mushroom</label>
</fieldset>
<p><label>Deliver at: <input type="time" name="delivery" min="11:00" max="21:00" step="900"></label></p>
<p><label>Comments: <textarea name="comments"></textarea></label></p>
<p><button>Submit</button></p>
</form>`,
)

const scriptsPage = page(
  'UTF-8',
  '<h1>Unicode</h1><p>Latin: Zürich, naïve, Łódź, smørrebrød. Greek: γνῶθι σεαυτόν. Cyrillic: Привет, мир. Hebrew: שלום. Arabic: سلام. ' +
    'Devanagari: नमस्ते. Chinese: 你好，世界. Japanese: こんにちは. Korean: 안녕하세요. Maths: ∀ε&gt;0 ∃δ&gt;0: |x−a|&lt;δ ⇒ |f(x)−f(a)|&lt;ε. ' +
    'Symbols: ☂ ♘ ⚙ ½ €. Beyond the first plane: 𝒜𝓃 🐋 🚀 👩‍🔬. Combining: e\u0301 ä̈. Zero width: a\u200bb.</p>',
)

const sampleDocument = {
  slideshow: {
    title: 'Sample slides',
    author: 'The sample target',
    date: 'today',
    slides: [
      { title: 'Why load tests', type: 'all' },
      { title: 'How', type: 'all', items: ['Decide what is <em>enough</em>', 'Measure from the due time', 'Count what failed'] },
    ],
  },
}

const sampleXml = `<?xml version="1.0" encoding="utf-8"?>
<slideshow title="Sample slides" author="The sample target">
  <slide type="all"><title>Why load tests</title></slide>
  <slide type="all"><title>How</title><item>Measure from the due time</item><item/></slide>
</slideshow>
`

/** Pages that never change, prepared once. */
export const pageRoutes: readonly RouteSpec[] = [
  fixed('/', contentTypes.html, indexPage),
  fixed('/html', contentTypes.html, novelPage),
  fixed('/forms/post', contentTypes.html, formPage),
  fixed('/encoding/utf8', contentTypes.html, scriptsPage),
  fixed('/json', contentTypes.json, `${JSON.stringify(sampleDocument, undefined, 2)}\n`),
  fixed('/xml', 'application/xml', sampleXml),
  fixed('/robots.txt', contentTypes.text, 'User-agent: *\nDisallow: /deny\n'),
  fixed('/deny', contentTypes.text, 'Robots should not be here.\n'),
  fixed('/ping', contentTypes.text, 'pong'),
  { pattern: '/links/{count}', answer: (exchange) => redirect(exchange, `/links/${linkCount(exchange)}/0`) },
  { pattern: '/links/{count}/{offset}', answer: answerLinks },
  ...pizzeriaRoutes(),
]

/** The few pages of k6's public test site that its example scripts call, with what they check. */
function pizzeriaRoutes(): RouteSpec[] {
  const front = page(
    'Test site',
    '<h1>Test site</h1><p class="description">This is a replacement of the service that once stood here, for scripts that still call it.</p>',
  )
  return [
    { pattern: '/test.k6.io', answer: (exchange) => redirect(exchange, '/test.k6.io/', 301) },
    fixed('/test.k6.io/', contentTypes.html, front),
    fixed('/test.k6.io/static/css/site.css', 'text/css; charset=utf-8', 'body { font-family: sans-serif }\n'),
    fixed('/test.k6.io/static/favicon.ico', 'image/x-icon', Buffer.from('00000100', 'hex')),
    fixed('/pi.php', contentTypes.html, '3.14'),
    { pattern: '/api/ratings/{id}', answer: (exchange) => exchange.json({ id: exchange.params[0], stars: 5 }) },
  ]
}

function fixed(pattern: string, contentType: string, body: string | Buffer): RouteSpec {
  return { pattern, methods: ['GET'], answer: (exchange) => exchange.reply(200, contentType, body) }
}

function page(title: string, content: string): string {
  return `<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body>\n${content}\n</body>\n</html>\n`
}

function linkCount(exchange: Exchange): number {
  return wholeNumber(exchange.params[0] ?? '', { name: 'link count', min: 0, max: 256 })
}

function answerLinks(exchange: Exchange): void {
  const count = linkCount(exchange)
  const offset = Number(exchange.params[1])
  if (!Number.isInteger(offset)) throw new Refusal(400, 'invalid offset')
  const links = Array.from({ length: count }, (_, index) =>
    index === offset ? `${index} ` : `<a href="/links/${count}/${index}">${index}</a> `,
  )
  exchange.reply(200, contentTypes.html, `<html><head><title>Links</title></head><body>${links.join('')}</body></html>`)
}
