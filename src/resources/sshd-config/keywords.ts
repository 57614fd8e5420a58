/**
 * The keywords that an SSH server reads, as data: those of sshd_config(5) and of the table in servconf.c of OpenSSH up to 10.0 with Debian's
 * additions. A server refuses its whole configuration for one that it does not know.
 */

/** Debian releases whose server knows no keyword beyond these (bullseye has 8.4, bookworm 9.2, trixie 10.0). */
export const RELEASES_WITH_KNOWN_KEYWORDS: readonly string[] = ['bullseye', 'bookworm', 'trixie']

const CURRENT =
  'AcceptEnv AddressFamily AllowAgentForwarding AllowGroups AllowStreamLocalForwarding AllowTcpForwarding AllowUsers ' +
  'AuthenticationMethods AuthorizedKeysCommand AuthorizedKeysCommandUser AuthorizedKeysFile AuthorizedPrincipalsCommand ' +
  'AuthorizedPrincipalsCommandUser AuthorizedPrincipalsFile Banner CASignatureAlgorithms ChallengeResponseAuthentication ' +
  'ChannelTimeout ChrootDirectory Ciphers ClientAliveCountMax ClientAliveInterval Compression DebianBanner DenyGroups ' +
  'DenyUsers DisableForwarding ExposeAuthInfo FingerprintHash ForceCommand GatewayPorts GSSAPIAuthentication ' +
  'GSSAPICleanupCredentials GSSAPIKexAlgorithms GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck ' +
  'HostbasedAcceptedAlgorithms HostbasedAcceptedKeyTypes HostbasedAuthentication HostbasedUsesNameFromPacketOnly ' +
  'HostCertificate HostKey HostKeyAgent HostKeyAlgorithms IgnoreRhosts IgnoreUserKnownHosts Include IPQoS ' +
  'KbdInteractiveAuthentication KeepAlive KerberosAuthentication KerberosGetAFSToken KerberosOrLocalPasswd ' +
  'KerberosTicketCleanup KexAlgorithms KeyRegenerationInterval ListenAddress LoginGraceTime LogLevel LogVerbose MACs ' +
  'MaxAuthTries MaxSessions MaxStartups ModuliFile PAMServiceName PasswordAuthentication PermitEmptyPasswords PermitListen ' +
  'PermitOpen PermitRootLogin PermitTTY PermitTunnel PermitUserEnvironment PermitUserRC PerSourceMaxStartups ' +
  'PerSourceNetBlockSize PerSourcePenalties PerSourcePenaltyExemptList PidFile Port PrintLastLog PrintMotd Protocol ' +
  'PubkeyAcceptedAlgorithms PubkeyAcceptedKeyTypes PubkeyAuthentication PubkeyAuthOptions RDomain RefuseConnection ' +
  'RekeyLimit RequiredRSASize RevokedKeys RhostsRSAAuthentication RSAAuthentication SecurityKeyProvider ServerKeyBits ' +
  'SetEnv SshdAuthPath SshdSessionPath StreamLocalBindMask StreamLocalBindUnlink StrictModes Subsystem SyslogFacility ' +
  'TCPKeepAlive TrustedUserCAKeys UnusedConnectionTimeout UseDNS UseLogin UsePAM UsePrivilegeSeparation VersionAddendum ' +
  'X11DisplayOffset X11Forwarding X11UseLocalhost XAuthLocation'

/** Read, or passed over with a warning, for the sake of old files. */
const FORMER =
  'afstokenpassing authorizedkeysfile2 checkmail dsaauthentication gssapicleanupcreds gssapiusesessioncredcache ' +
  'gssusesessionccache hostdsakey kerberostgtpassing permitblacklistedkeys reversemappingcheck rhostsauthentication ' +
  'skeyauthentication verifyreversemapping'

/** `Match` is none of them: it would begin a block. */
export const SSHD_KEYWORDS: readonly string[] = CURRENT.split(' ')

const KNOWN = new Set([...SSHD_KEYWORDS, ...FORMER.split(' ')].map((keyword) => keyword.toLowerCase()))

/** Whether a server can know it; the case of its letters says nothing. */
export function isSshdKeyword(keyword: string): boolean {
  return KNOWN.has(keyword.toLowerCase())
}
