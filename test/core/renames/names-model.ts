// What names lead to, as docs/renames.md tells it, and nothing else.

interface Repository {
  account: string;
  name: string;
}

/** Ids are those of the program; names are held by them. */
export class NamesModel {
  /** Id to name. */
  readonly accounts = new Map<string, string>();
  readonly repositories = new Map<string, Repository>();
  /** Former name to account. */
  private readonly formerAccounts = new Map<string, string>();
  /** Account and former name to repository. */
  private readonly formerRepositories = new Map<string, string>();

  account(name: string): string | null {
    for (const [id, present] of this.accounts) if (present === name) return id;
    return this.formerAccounts.get(name) ?? null;
  }

  repository(path: string): string | null {
    const [namespace = "", name = ""] = path.split("/");
    const account = this.account(namespace);
    return account === null ? null : this.within(account, name);
  }

  private within(account: string, name: string): string | null {
    for (const [id, present] of this.repositories) if (present.account === account && present.name === name) return id;
    return this.formerRepositories.get(`${account} ${name}`) ?? null;
  }

  /** Whether an account, another than this one, has or had the name. */
  isAccountTaken(name: string, but: string | null = null): boolean {
    const taken = this.account(name);
    return taken !== null && (taken !== but || this.accounts.get(taken) === name);
  }

  /** The same of a name within an account. */
  isRepositoryTaken(account: string, name: string, but: string | null = null): boolean {
    const taken = this.within(account, name);
    if (taken === null) return false;
    const present = this.repositories.get(taken);
    return taken !== but || (present?.account === account && present.name === name);
  }

  renameAccount(id: string, to: string): void {
    this.formerAccounts.set(this.accounts.get(id) as string, id);
    this.formerAccounts.delete(to);
    this.accounts.set(id, to);
  }

  moveRepository(id: string, to: Repository): void {
    const from = this.repositories.get(id) as Repository;
    this.formerRepositories.set(`${from.account} ${from.name}`, id);
    this.formerRepositories.delete(`${to.account} ${to.name}`);
    this.repositories.set(id, to);
  }

  /** @returns whether it was held. */
  releaseAccount(id: string, name: string): boolean {
    return this.formerAccounts.get(name) === id && this.formerAccounts.delete(name);
  }

  releaseRepository(account: string, name: string): boolean {
    return this.formerRepositories.delete(`${account} ${name}`);
  }

  deleteRepository(id: string): void {
    this.repositories.delete(id);
    for (const [name, to] of this.formerRepositories) if (to === id) this.formerRepositories.delete(name);
  }

  deleteAccount(id: string): void {
    this.accounts.delete(id);
    for (const [name, to] of this.formerAccounts) if (to === id) this.formerAccounts.delete(name);
    for (const [repository, { account }] of this.repositories) if (account === id) this.deleteRepository(repository);
    for (const name of this.formerRepositories.keys())
      if (name.startsWith(`${id} `)) this.formerRepositories.delete(name);
  }
}
