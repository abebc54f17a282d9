import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { brunt, newFolder, startBrunt } from './program.ts'

test('--version names the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  const { code, stdout } = await brunt(['--version'])
  expect(code).toBe(0)
  expect(stdout).toContain(`brunt ${version} (node v`)
})

test.each([[], ['--help'], ['-h'], ['help']].map((args) => ({ args })))('$args lists every command', async ({ args }) => {
  const { code, stdout } = await brunt(args)
  expect(code).toBe(0)
  for (const name of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test.each(Object.keys(commands))('the help of %s has a usage line, flags and examples that it understands', async (name) => {
  const { code, stdout } = await brunt([name, '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain(`Usage: brunt ${name}`)
  expect(stdout).toMatch(/^ {2}brunt \S+/m)
  expect((await brunt(['help', name])).stdout).toBe(stdout)
})

test.each([
  { args: ['rnu', 'a.ts'], says: 'there is no command "rnu"', hint: 'did you mean  brunt run?' },
  { args: ['a.ts'], says: 'there is no command "a.ts"', hint: 'did you mean  brunt run a.ts?' },
  { args: ['http://a.test/'], says: 'there is no command "http://a.test/"', hint: 'did you mean  brunt quick http://a.test/?' },
  { args: ['toString'], says: 'there is no command "toString"', hint: 'brunt --help lists the commands' },
  { args: ['--vus', '5'], says: 'a command must stand before --vus', hint: 'brunt --help lists the commands' },
  { args: ['demo', 'x'], says: '"x" is one argument too many', hint: 'brunt demo takes none' },
  { args: ['doctor', 'x'], says: '"x" is one argument too many', hint: 'brunt doctor takes none' },
  { args: ['target', 'httpbin', 'x'], says: '"x" is one argument too many', hint: 'brunt target takes one name' },
  { args: ['run'], says: 'brunt run needs a script', hint: 'write  brunt run script.ts  or make one with  brunt new' },
  { args: ['run', '--vsu', '5', 'a.ts'], says: 'unknown flag --vsu', hint: 'did you mean --vus?' },
  { args: ['run', '--vus'], says: '--vus needs a value', hint: 'write  --vus N' },
  {
    args: ['run', '--address', 'localhost:1', 'a.ts'],
    says: '--address is not there yet',
    hint: 'leave it out: the REST interface comes with a later release',
  },
  { args: ['run', '--out', 'nowhere=1', 'a.ts'], says: 'there is no output "nowhere"', hint: 'use json=' },
  {
    args: ['run', 'a.ts', 'b.ts', '--out', 'json=all.json'],
    says: 'each of the 2 scripts would overwrite "all.json"',
    hint: '--out json=all-{script}.json',
  },
  {
    args: ['run', '--config', 'absent.json', 'a.ts'],
    says: 'the config file "absent.json" cannot be read',
    hint: 'check the path after --config',
  },
  { args: ['quick'], says: 'brunt quick needs a URL', hint: 'write  brunt quick http://localhost:8080/' },
  { args: ['quick', 'ftp://a.test/'], says: '"ftp://a.test/" is not an http or https URL', hint: 'write  http://host:port/path' },
  {
    args: ['quick', 'a.test', '-c', '0'],
    says: '--connections must be a whole number over 0, not "0"',
    hint: '--connections 10',
  },
  {
    args: ['quick', 'a.test', '-n', '5', '-d', '5s'],
    says: '--requests cannot be combined',
    hint: 'give a number of requests, or a time',
  },
  { args: ['quick', 'a.test', '-b', '@absent'], says: 'the body file "absent" cannot be read', hint: 'check the path after @' },
  { args: ['new', 'a.ts', '-t', 'stagse'], says: 'there is no template "stagse"', hint: 'did you mean stages?' },
  { args: ['target', 'nothing'], says: 'there is no sample target "nothing"', hint: 'httpbin' },
])('$args ends with 255: $says', async ({ args, says, hint }) => {
  const { code, stdout, stderr } = await brunt(args)
  expect(stderr).toContain(`error: ${says}`)
  expect(stderr).toContain(hint)
  expect(stderr).toMatch(/^ {2}code: [A-Z_]+$/m)
  expect({ code, stdout }).toEqual({ code: 255, stdout: '' })
})

test('new writes a script once, and again only with -f', async () => {
  const cwd = newFolder()
  const file = path.join(cwd, 'script.ts')
  expect((await brunt(['new'], { cwd })).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toContain("from 'brunt/http'")
  writeFileSync(file, 'mine')
  const second = await brunt(['new'], { cwd })
  expect(second).toMatchObject({ code: 255, stderr: expect.stringContaining('"script.ts" exists already') as unknown })
  expect(readFileSync(file, 'utf8')).toBe('mine')
  expect((await brunt(['new', '-f', '-t', 'api'], { cwd })).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toContain('/login')
})

test('doctor judges this machine and ends with 0 or 1', async () => {
  const { code, stdout } = await brunt(['doctor'])
  expect(stdout).toMatch(/ok {7}Node\.js/)
  expect(code).toBe(stdout.includes('PROBLEM') ? 1 : 0)
  const findings = JSON.parse((await brunt(['doctor', '--json'])).stdout) as { what: string }[]
  expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['Node.js', 'CPU', 'Memory', 'Open files']))
})

test('target prints where it listens, and Ctrl-C ends it with 0', async () => {
  const running = startBrunt(['target', 'httpbin', '--port', '0'])
  await running.stderrMatches(/Ctrl-C stops the target/)
  running.child.kill('SIGINT')
  const { code, stdout } = await running.ended
  expect(code).toBe(0)
  const { http } = JSON.parse(stdout) as { http: string }
  await expect(fetch(`${http}/get`)).rejects.toThrow('fetch failed')
})

test('quick --print-script prints a script and sends nothing', async () => {
  const cwd = newFolder()
  const { code, stdout } = await brunt(['quick', 'http://127.0.0.1:1/', '--rate', '5', '-c', '2', '--print-script'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain('"executor": "constant-arrival-rate"')
  expect(existsSync(path.join(cwd, '.brunt'))).toBe(false)
})

test('a reader that goes away is no error', async () => {
  const running = startBrunt(['--help'])
  running.child.stdout?.destroy()
  const { code, stderr } = await running.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
