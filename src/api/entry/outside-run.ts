/** What `brunt` modules are outside a run: importable for their types, and clear about why they do nothing. */
export function outsideRun<T extends object>(name: string): T {
  const refuse = (): never => {
    throw new Error(`${name} works only inside a run: start the script with  brunt run <script>`)
  }
  return new Proxy(refuse, {
    get: (_target, key) => (key === 'then' || typeof key === 'symbol' ? undefined : refuse()),
    apply: refuse,
    construct: refuse,
  }) as unknown as T
}
