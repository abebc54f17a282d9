// npm test: builds, gets the servers that tests need where it may, runs every test, ends with `N passed, N failed`.
// Arguments are handed to vitest:  npm test -- src/plan
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
// Debian keeps servers where the PATH of a user does not look.
process.env.PATH = [process.env.PATH, '/usr/sbin'].join(path.delimiter)

/** Program -> the Debian package that has it. */
const servers = { nginx: 'nginx', openssl: 'openssl' }

run(process.execPath, ['scripts/build.mjs'])
provideServers()
const folder = mkdtempSync(path.join(tmpdir(), 'brunt-test-'))
const asked = process.argv.slice(2)
// The tests of accuracy compare our clock readings with the target's: they run last and alone.
const rounds =
  asked.length > 0
    ? [asked]
    : [
        ['--exclude', 'test/accuracy/**'],
        ['test/accuracy', '--no-file-parallelism'],
      ]
const results = rounds.map((args, round) => vitest(args, path.join(folder, `report-${round}.json`)))
rmSync(folder, { recursive: true, force: true })
const passed = results.reduce((sum, result) => sum + result.passed, 0)
const failed = results.reduce((sum, result) => sum + result.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 || results.some((result) => result.status !== 0) ? 1 : 0)

function vitest(args, report) {
  const program = path.join(root, 'node_modules/vitest/vitest.mjs')
  const outputs = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(process.execPath, [program, 'run', ...outputs, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return { ...count(report), status: status ?? 1 }
}

function provideServers() {
  const missing = Object.keys(servers).filter((program) => !isOnPath(program))
  if (missing.length === 0) return
  const packages = missing.map((program) => servers[program])
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (mayInstall) {
    process.stdout.write(`installing what the tests need: ${packages.join(' ')}\n`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env }
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=500', 'update', '-qq'], options)
    spawnSync(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=500', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
      options,
    )
  }
  const still = missing.filter((program) => !isOnPath(program))
  if (still.length === 0) return
  process.stderr.write(
    `The tests need these programs: ${still.map((program) => `${program} (Debian package ${servers[program]})`).join(', ')}\n`,
  )
  process.exit(1)
}

function isOnPath(program) {
  return process.env.PATH.split(path.delimiter).some((folder) => existsSync(path.join(folder, program)))
}

/** A test file that could not be loaded is one failure: it would otherwise vanish from the count. */
function count(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const {
    numPassedTests,
    numFailedTests,
    testResults,
    numPendingTests = 0,
    numTodoTests = 0,
  } = JSON.parse(readFileSync(file, 'utf8'))
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
  )
  const skipped = numPendingTests + numTodoTests
  if (skipped > 0) process.stdout.write(`\n${skipped} did not apply here\n`)
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length }
}

function run(program, args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
