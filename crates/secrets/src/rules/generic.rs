//! What no provider claims: keys in armour, tokens with a structure, passwords in URLs, names with random values.

use crate::Confidence::{Context, Generic, Proven};
use crate::Severity::{Critical, Medium};
use crate::rule::{Rule, code};
use crate::{call, command, generic, jwt, pem, provider, userinfo};

#[rustfmt::skip] // A row is a line.
pub(crate) const RULES: &[Rule] = &[
    code("private-key", &["-----BEGIN "], pem::private_key, "a private key").severity(Critical).confidence(Proven),
    code("jwt", &["eyJ"], jwt::token, "a JSON web token").confidence(Proven),
    code("url-password", &["://"], userinfo::password, "a password in a URL").confidence(Context),
    code("curl-user", &["curl "], provider::curl_user, "a password on curl's command line").confidence(Context),
    code("psexec-password", &["psexec"], provider::psexec, "a password on PsExec's command line").any_case().confidence(Context),
    code("netrc-password", &["machine "], provider::netrc, "a password in a netrc entry").confidence(Context),
    code("authorization-header", &["authorization", "x-api-key", "apikey", "x-auth-token", "-apikey", "private-token"], provider::authorization, "a credential in a header").any_case().confidence(Context),
    code("kubernetes-secret", &["kind:", "\"kind\":"], provider::kubernetes_secret, "a Kubernetes secret").any_case().confidence(Context),
    code("nuget-password", &["cleartextpassword\""], provider::nuget_password, "a NuGet feed password").any_case().confidence(Context),
    code("connection-string", &["password", "pwd"], provider::connection_string, "a password in a connection string").any_case().confidence(Context),
    code("maven-password", &["<master>{", "<password>{", "<passphrase>{"], provider::maven, "a Maven-encrypted password"),
    code("gradle-credentials", &["credentials {"], provider::gradle, "a password in a Gradle credentials block").severity(Medium).confidence(Context),
    code("totp-uri", &["otpauth://"], crate::keys::totp, "the secret of one-time passwords"),
    code("command-password", &["sshpass ", "mysql ", "mysqldump ", "mysqladmin ", "mariadb ", "docker login", "podman login", "skopeo login", "redis-cli ", "mongo ", "mongosh ", "mongodump ", "mongorestore ", "ldapsearch ", "ldapmodify ", "ldapadd ", "az login", "sqlcmd ", "snmpwalk ", "cqlsh ", "openssl enc", "smbclient ", "xfreerdp ", "cmdkey ", "htpasswd ", "net user ", "vault login"], command::password, "a password on a command line").confidence(Context),
    code("call-password", &["BasicAuth(", "basic_auth(", "basicAuth(", "auth=(", ".login(", "WiFi.begin(", "getConnection(", "PasswordCredentials(", "PasswordAuthentication("], call::last_argument, "a password in a call").severity(Medium).confidence(Context),
    code("statement-password", &["identified by", "with password", "encrypted password", "securestring "], call::statement, "a password in a statement").any_case().severity(Medium).confidence(Context),
    code("oracle-password", &["jdbc:oracle:thin:"], call::oracle, "a password in an Oracle address").confidence(Context),
    code("credential-call", &["NetworkCredential(", "DirectoryEntry("], provider::last_string, "a password in a call").severity(Medium).confidence(Context),
    code("service-credential", crate::services::SERVICES, generic::service, "a random value named after a service").any_case().severity(Medium).confidence(Context),
    code("generic-secret", &["pass", "pwd", "secret", "token", "key", "auth", "credential"], generic::secret, "a random value named like a secret").any_case().severity(Medium).confidence(Context),
    code("generic-password", &["pass", "pwd", "secret", "auth", "key", "contrase", "kennwort", "senha", "mot_de_passe", "motdepasse", "wachtwoord"], generic::password, "a value named like a password").any_case().severity(Medium).confidence(Generic),
];
