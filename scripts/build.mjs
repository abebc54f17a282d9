// Builds dist/: the program, its types, the sample targets and the templates of `brunt new`. Quick when nothing changed.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')

/** Template of `brunt new` -> the example that it is. */
const templates = { minimal: 'quickstart', api: 'login-flow', stages: 'stages', arrival: 'arrival-rate' }

for (const [project, folder, into] of [
  ['tsconfig.build.json', 'src', '.'],
  ['tsconfig.targets.json', 'targets', 'targets'],
]) {
  const state = path.join(root, `node_modules/.cache/brunt/${path.basename(project, '.json')}.tsbuildinfo`)
  // The compiler trusts its own notes: what someone deleted from dist/ would never come back.
  if (!isWhole(folder, into)) rmSync(state, { force: true })
  compile(project, state)
}
removeOrphans()
chmodSync(path.join(dist, 'cli/main.js'), 0o755)
for (const folder of ['cli/templates', 'cli/demo']) mkdirSync(path.join(dist, folder), { recursive: true })
copyFileSync(path.join(root, 'examples/demo.ts'), path.join(dist, 'cli/demo/demo.ts'))
for (const [name, example] of Object.entries(templates)) {
  copyFileSync(path.join(root, `examples/${example}.ts`), path.join(dist, `cli/templates/${name}.ts`))
}

function compile(project, state) {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--incremental', '--tsBuildInfoFile', state], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

function isWhole(folder, into) {
  const sources = readdirSync(path.join(root, folder), { recursive: true }).filter(
    (file) => file.endsWith('.ts') && !/\.(?:test|conformance|d)\.ts$|^testing/.test(file),
  )
  return sources.every((file) => existsSync(path.join(dist, into, file.replace(/ts$/, 'js'))))
}

/** What was built from a source that is gone would still be imported, packed and tested. */
function removeOrphans() {
  for (const file of readdirSync(dist, { recursive: true })) {
    const built = /^(.*)\.(?:js|js\.map|d\.ts)$/.exec(file.split(path.sep).join('/'))?.[1]
    if (built === undefined) continue
    const source = built.startsWith('targets/') ? built : `src/${built}`
    if (!['.ts', '.tsx'].some((ending) => existsSync(path.join(root, source + ending)))) rmSync(path.join(dist, file))
  }
}
