/** Codes for the secrets of a cluster: files that were changed, identities that are missing, names, values, rotation. */
import { code, defineCodes } from '../define-codes.ts'

const STORE_TEST = { origin: 'secrets', shownBy: 'src/secrets/store.test.ts' } as const
const DAMAGE_TEST = { origin: 'secrets', shownBy: 'src/secrets/damage.test.ts' } as const
const IDENTITY_TEST = { origin: 'secrets', shownBy: 'src/secrets/identity.test.ts' } as const
const RECIPIENTS_TEST = { origin: 'secrets', shownBy: 'src/secrets/recipients.test.ts' } as const

/** What can be wrong with secrets. No summary, cause or remedy ever holds a part of a value. */
export const secretsCodes = defineCodes({
  IDENTITY_MISSING: code<{ file: string }>({
    ...IDENTITY_TEST,
    title: 'No identity to open the secrets with',
    summary: ({ file }) => `there is no identity in ${file}`,
    why: 'the secrets of this cluster are encrypted, and only an identity of one of its recipients opens them',
    fix: ({ file }) =>
      `copy your identity there, or make one with  age-keygen -o ${file}  and ask a recipient to let you in; if nobody's is left: bramble secrets recreate`,
    explain:
      'Secrets lie encrypted beside the cluster file; the identity that opens them lies outside of it, in ' +
      '`~/.config/bramble/identities/<cluster>.txt` (or where `XDG_CONFIG_HOME`, `BRAMBLE_IDENTITY_FILE` or `--identity-file` say). ' +
      'On the computer where the cluster was made it was created with the first secret. On another one, bring it there by a ' +
      'safe way, or become a recipient: your public key goes into `secrets/recipients.txt`, and somebody who can read the secrets already ' +
      'runs `bramble secrets rekey`. Keep a copy of the identity in a safe place: without any identity the secrets are lost, and ' +
      '`bramble secrets recreate` is all that is left: it moves the folder aside, and the next apply makes everything anew.',
  }),
  IDENTITY_WRONG: code<{ file: string; publicKey: string; listed: boolean }>({
    ...IDENTITY_TEST,
    title: 'The identity does not open the secrets',
    summary: ({ file }) => `the identity in ${file} does not open the secrets of this cluster`,
    why: ({ listed }) =>
      listed
        ? 'its public key is in recipients.txt, but it was not let in yet, or store-identity.age is damaged'
        : 'the secrets are encrypted for other people',
    fix: ({ listed, publicKey }) =>
      listed
        ? 'ask somebody who can read the secrets to run bramble secrets rekey and to commit the result'
        : `ask somebody who can read them to add ${publicKey} to secrets/recipients.txt and to run bramble secrets rekey`,
    explain:
      'The file `secrets/store-identity.age` is encrypted for the recipients of the cluster, and none of them is this identity. ' +
      'Two clusters of one name share the place of the identity: point `BRAMBLE_IDENTITY_FILE` at the right one. ' +
      'If it worked before, the file may be damaged: `git checkout -- secrets/store-identity.age` brings it back.',
  }),
  IDENTITY_EXPOSED: code<{ file: string; problem: string; fix: string }>({
    ...IDENTITY_TEST,
    title: 'An identity that others can read',
    summary: ({ file, problem }) => `the identity ${file} is not private: ${problem}`,
    why: 'whoever reads it can open every secret of the cluster',
    fix: ({ fix }) => fix,
    explain:
      'The identity has to be readable by its owner alone (mode 0600), as with SSH keys, and must not lie in the folder that ' +
      'is committed. If others may have read it, make a new one, put its public key in place of the old one in `secrets/recipients.txt`, run ' +
      '`bramble secrets rekey`, and rotate the secrets.',
  }),
  IDENTITY_MALFORMED: code<{ file: string; problem: string }>({
    ...IDENTITY_TEST,
    title: 'An identity file that cannot be used',
    summary: ({ file, problem }) => `the identity ${file} cannot be used: ${problem}`,
    why: 'without an identity the secrets cannot be opened',
    fix: 'use a file as age-keygen writes it, with a line AGE-SECRET-KEY-1…',
    explain:
      'Bramble opens secrets with plain age identities, without asking questions. For one that is protected by a passphrase: ' +
      '`age -d identity.age > file` into a place of your own with mode 0600, and `BRAMBLE_IDENTITY_FILE`.',
  }),
  STORE_IDENTITY_MISSING: code<{ file: string }>({
    ...DAMAGE_TEST,
    title: 'Secrets without the key to them',
    summary: ({ file }) => `${file} is missing, but there are secrets`,
    why: 'it holds the key that every other file of the folder is encrypted for',
    fix: ({ file }) => `type git checkout -- ${file}`,
    explain:
      'Every secret is encrypted for the identity of the store, which lies in `secrets/store-identity.age`, encrypted for each recipient. ' +
      'Without it nobody can open the others. Bring it back from git or from a backup; if it is lost, `bramble secrets recreate` moves ' +
      'the folder aside, and the next apply gives everything new keys.',
  }),
  SECRETS_LEAVE: code<{ names: readonly string[] }>({
    severity: 'warning',
    origin: 'secrets',
    shownBy: 'src/api/secrets/lost-secrets.test.ts',
    title: 'Secrets of what has left are about to be forgotten',
    summary: ({ names }) =>
      `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''} ${names.length === 1 ? 'belongs' : 'belong'} to nobody any more`,
    why: 'once everything is applied they are taken out of the secrets folder; whoever comes back gets new ones',
    fix: 'nothing is to be done; to keep a value, copy it first: bramble secrets show NAME',
    explain:
      'Certificates and tokens of a node, a role or a service that left the cluster file are of no use to anybody but a thief. An apply that reaches every node and brings everything ' +
      'there takes them out of the secrets folder, behind the deletion of the tokens in their engine, which the plan lists as removals. Values that you imported stay.',
  }),
  SECRETS_LOST: code<{ names: readonly string[]; folder: string; lab: boolean }>({
    origin: 'secrets',
    shownBy: 'src/api/secrets/lost-secrets.test.ts',
    title: 'Secrets of a living cluster are gone',
    summary: ({ names, folder }) =>
      `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} ${names.length === 1 ? 'is' : 'are'} not in ${folder} any more`,
    why: 'the nodes work with them; made anew without a word, tokens and certificates would change under everybody',
    fix: ({ folder, lab }) =>
      lab
        ? 'make them anew: bramble secrets recreate'
        : `bring them back, from git (git checkout -- ${folder}) or from a backup; if they are gone for good: bramble secrets recreate`,
    explain:
      'The cluster lock knows which secrets the nodes were given. What comes back from git or from a backup goes on as if nothing had happened. ' +
      '`bramble secrets recreate` gives up what is lost and says what that costs; the next `bramble apply` makes it anew and brings it to the nodes over ' +
      'SSH, which needs none of it: an authority with all certificates that it signed, tokens, the gossip key. Where the token for management of ' +
      "Consul was lost, apply resets the start of Consul's access rules on the leader. Values that only you know have to be imported again.",
  }),
  SECRET_TAMPERED: code<{ file: string; problem: string }>({
    ...DAMAGE_TEST,
    title: 'A secret that is not as it was written',
    summary: ({ file, problem }) => `${file} was changed: ${problem}`,
    why: 'it could be damaged, swapped or forged, so nothing of it is used',
    fix: ({ file }) =>
      `type git log -- ${file} to see who did it, and git checkout -- ${file} to bring it back`,
    explain:
      'Every file is encrypted in a way that shows any change of it, says inside which secret it is, and cannot be made by ' +
      'somebody who is not a recipient. So it was cut off, edited, moved to another name, or comes from another cluster. ' +
      'It also happens when somebody ran `bramble secrets rekey` while you made new secrets: take their folder, and apply again.',
  }),
  SECRET_CONFLICT: code<{ file: string }>({
    ...DAMAGE_TEST,
    title: 'A secret in the middle of a git merge',
    summary: ({ file }) => `${file} holds the marks of a git conflict`,
    why: 'two people changed it, and encrypted files cannot be merged line by line',
    fix: ({ file }) => `keep one of them: git checkout --ours ${file}  or  git checkout --theirs ${file}`,
    explain:
      'Choose one side as a whole. Nodes that got the other value get the chosen one with the next apply.',
  }),
  SECRET_FORMAT_UNKNOWN: code<{ file: string }>({
    ...DAMAGE_TEST,
    title: 'A secret of a newer Bramble',
    summary: ({ file }) => `${file} was written by a newer Bramble`,
    why: 'this one does not know its form and could only spoil it',
    fix: 'update Bramble on this computer',
    explain: 'The file is whole, but its version or kind is not known here.',
  }),
  SECRETS_UNREADABLE: code<{ file: string; problem: string }>({
    ...DAMAGE_TEST,
    title: 'Secrets that cannot be read from the disk',
    summary: ({ file, problem }) => `${file} cannot be read: ${problem}`,
    why: 'without the secrets there is no plan',
    fix: ({ file }) => `look at it with ls -ld ${file}`,
    explain: 'The operating system refused to hand out the file. The text after the colon is what it said.',
  }),
  SECRETS_UNWRITABLE: code<{ file: string; problem: string }>({
    ...DAMAGE_TEST,
    title: 'Secrets that cannot be written',
    summary: ({ file, problem }) => `${file} cannot be written: ${problem}`,
    why: 'a secret that is not kept must not be given to a node, so no node was touched',
    fix: 'make room or make the folder writable, then run the same command again',
    explain:
      'A full disk, a folder that belongs to somebody else, or a read-only file system. Files that exist are replaced as a whole or not ' +
      'at all, so nothing is lost.',
  }),
  SECRETS_CHANGED_MEANWHILE: code<{ names: readonly string[] }>({
    ...STORE_TEST,
    title: 'Two runs made secrets at once',
    summary: ({ names }) => `${names.join(', ')}: changed by another run in the meantime`,
    why: 'one of two values would be lost, so this run wrote nothing and touched no node',
    fix: 'run the same command again: it uses what the other run made',
    explain:
      'Before writing, Bramble compares every file with what it had read. Another process, or a `git pull`, changed one in between.',
  }),
  SECRETS_LOCKED: code<{ file: string; process: string; computer: string }>({
    origin: 'secrets',
    shownBy: 'src/secrets/store-lock.test.ts',
    title: 'Another run is writing secrets',
    summary: ({ process, computer }) => `process ${process} on ${computer} is writing the secrets`,
    why: 'writing takes seconds at most, so the other run hangs or the computer went down during it',
    fix: ({ file }) => `if that process is gone, type rm ${file} and run the same command again`,
    explain:
      'A lock of a process that has died on this computer is taken over without a question; one that was made on ' +
      'another computer (a shared folder) only after ten minutes.',
  }),
  SECRET_NAME_INVALID: code<{ name: string }>({
    ...STORE_TEST,
    title: 'A name that no secret can have',
    summary: ({ name }) => `${JSON.stringify(name)} cannot be the name of a secret`,
    why: 'names are paths in the secrets folder and have to stay inside it on every computer',
    fix: 'use lower-case letters, digits and hyphens, with slashes between parts, such as consul/gossip-key',
    explain:
      'Each part is like a label of a domain name: `a-z`, `0-9`, inner hyphens, at most 63 characters; at most eight parts. ' +
      '`store-identity` is taken by the store itself. A file that does not belong there can be moved out of the folder.',
  }),
  SECRET_MISSING: code<{ name: string; near?: string | undefined }>({
    ...STORE_TEST,
    title: 'A secret that does not exist',
    summary: ({ name }) => `there is no secret ${name}`,
    why: 'what asks for it cannot go on without it',
    fix: ({ name, near }) =>
      near ? `did you mean ${near}?` : `see bramble secrets list, or type bramble secrets import ${name}`,
    explain:
      'Most secrets are made by the first apply that needs them; those that only you know are imported.',
  }),
  SECRET_EXISTS: code<{ name: string }>({
    ...STORE_TEST,
    title: 'An import over a secret that exists',
    summary: ({ name }) => `the secret ${name} exists already`,
    why: 'nodes use it, and the import would replace it',
    fix: ({ name }) => `type bramble secrets import --replace ${name} if that is what you want`,
    explain: 'The value before is kept inside the secret as the previous one.',
  }),
  SECRET_TOO_SHORT: code<{ name: string; field: string; minimumLength: number }>({
    ...STORE_TEST,
    title: 'A value too short to be a secret',
    summary: ({ name, field, minimumLength }) =>
      `${field ? `${field} of ` : ''}${name} has fewer than ${minimumLength} characters`,
    why: 'it can be guessed, and it cannot be hidden in logs without hiding ordinary words too',
    fix: 'use a longer one, for instance the output of  openssl rand -base64 24',
    explain: 'Bramble keeps secrets out of its output by looking for their values; spaces do not count.',
  }),
  SECRET_MALFORMED: code<{ name: string; kind: string; problem: string }>({
    ...STORE_TEST,
    title: 'A value of the wrong form',
    summary: ({ name, kind, problem }) => `${name} is no ${kind}: ${problem}`,
    why: 'the nodes could not use it',
    fix: 'import a value in the form that the message names',
    explain:
      'A gossip key is 16, 24 or 32 bytes in base64; a token is a UUID; a certificate comes with its private key, both in PEM.',
  }),
  SECRET_KIND_MISMATCH: code<{ name: string; found: string; expected: string }>({
    ...STORE_TEST,
    title: 'A secret of another kind than is needed',
    summary: ({ name, found, expected }) => `${name} is a ${found}, but a ${expected} is needed`,
    why: 'its value has another form than the role expects',
    fix: ({ name, expected }) => `type bramble secrets import --replace --kind ${expected} ${name}`,
    explain: 'It was imported as another kind, or two roles use one name for different things.',
  }),
  SECRET_NOT_ROTATABLE: code<{ name: string; kind: string; way: string }>({
    origin: 'secrets',
    shownBy: 'src/secrets/rotation.test.ts',
    title: 'A secret that cannot be rotated by itself',
    summary: ({ name, kind }) => `${name} (${kind}) cannot be rotated by itself`,
    why: 'Bramble cannot make a new value that would work',
    fix: ({ way }) => way,
    explain:
      'A key that somebody else issued has to be renewed there and imported. A certificate authority cannot be exchanged without a time in which ' +
      'both are trusted.',
  }),
  RECIPIENTS_MALFORMED: code<{ line: number }>({
    ...RECIPIENTS_TEST,
    title: 'A line in recipients.txt that is no public key',
    summary: ({ line }) => `line ${line} of recipients.txt is no age public key`,
    why: 'the secrets cannot be encrypted for it',
    fix: 'write one key a line, as age-keygen -y prints it (age1…); comments start with #',
    explain:
      'The file takes native age public keys. Names belong into comment lines above them. SSH keys are not supported.',
  }),
  RECIPIENTS_WITHOUT_YOU: code<{ publicKey: string }>({
    ...RECIPIENTS_TEST,
    title: 'A rekey that would shut yourself out',
    summary: 'your own public key is not in recipients.txt',
    why: 'after a rekey you could not read the secrets any more',
    fix: ({ publicKey }) => `add ${publicKey} to secrets/recipients.txt`,
    explain: 'To hand a cluster over, let the other person take your key out and rekey.',
  }),
  RECIPIENTS_CHANGED: code<{ added: readonly string[]; removed: readonly string[] }>({
    ...RECIPIENTS_TEST,
    severity: 'warning',
    title: 'recipients.txt says something else than the secrets',
    summary: ({ added, removed }) =>
      `recipients.txt was changed: ${added.length} key(s) more and ${removed.length} fewer than can read the secrets`,
    why: 'who can read the secrets has not changed: anybody who can commit could have written that line',
    fix: 'check the list, then run bramble secrets rekey',
    explain:
      'The people who can read the secrets are written inside `store-identity.age`, where only one of them can change it. ' +
      '`recipients.txt` is the wish; `bramble secrets rekey` grants it.',
  }),
  GOSSIP_ROTATION_TOO_EARLY: code<{ name: string; step: string; phase: string }>({
    origin: 'secrets',
    shownBy: 'src/secrets/gossip-key.test.ts',
    title: 'A step of a gossip key rotation that is not due',
    summary: ({ name, step, phase }) => `${name} cannot ${step} while its rotation is ${phase}`,
    why: 'members that do not have the new key yet would be cut off',
    fix: 'take the steps in order: begin, apply, use, apply, finish, apply',
    explain:
      'First every member learns the new key, then all encrypt with it, then the old one goes. Between the steps comes an apply that ' +
      'reaches every node.',
  }),
  CERTIFICATE_AUTHORITY_EXPIRED: code<{ name: string; notAfter: string }>({
    origin: 'secrets',
    shownBy: 'src/secrets/certificates.test.ts',
    title: 'A certificate authority past its end',
    summary: ({ name, notAfter }) => `${name} ended on ${notAfter}`,
    why: 'no certificate that it signs is accepted by anybody',
    fix: ({ name }) =>
      `type bramble secrets recreate ${name}, then bramble apply: all certificates are made anew`,
    explain:
      'A certificate authority of Bramble lasts ten years. An imported one lasts as long as its maker said.',
  }),
  SSH_KEYGEN_FAILED: code<{ folder: string; problem: string }>({
    origin: 'secrets',
    shownBy: 'src/secrets/ssh-key.test.ts',
    title: 'No SSH key could be made',
    summary: ({ folder, problem }) => `ssh-keygen could not make a key in ${folder}: ${problem}`,
    why: 'without a key the virtual nodes cannot be reached',
    fix: 'install the OpenSSH client (apt install openssh-client) and see that the folder can be written',
    explain: 'The lab has a key of its own, so that yours stays out of it.',
  }),
})
