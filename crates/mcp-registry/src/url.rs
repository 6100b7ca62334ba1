//! A server's address in the parts that identify it: scheme, host and port, path. Credentials and query values are not kept.

/// An absolute address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub scheme: String,
    /// Lower case, without brackets around an IPv6 address's zone; the port only where it is not the scheme's own.
    pub host: String,
    pub path: String,
    /// Names only, in order: a value may be a key.
    pub query_names: Vec<String>,
    pub has_credentials: bool,
}

impl Url {
    /// Reads an absolute `http`, `https`, `ws` or `wss` address; `None` for anything whose host two readers could see differently
    /// (backslashes, spaces, control characters, letters outside ASCII in the host).
    pub fn parse(text: &str) -> Option<Url> {
        if text.chars().any(|letter| letter.is_control() || letter == '\\' || letter == ' ') {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let usual_port = match scheme.as_str() {
            "https" | "wss" => "443",
            "http" | "ws" => "80",
            _ => return None,
        };
        let (before_fragment, _) = rest.split_once('#').unwrap_or((rest, ""));
        let (address, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
        let (authority, path) = match address.find('/') {
            Some(at) => address.split_at(at),
            None => (address, "/"),
        };
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(&format!(":{usual_port}")).unwrap_or(&host);
        let host_is_plain = !host.is_empty() && host.is_ascii();
        host_is_plain.then(|| Url {
            scheme,
            host: host.to_owned(),
            path: path.to_owned(),
            query_names: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split('=').next().unwrap_or(pair).to_owned())
                .collect(),
            has_credentials: user.is_some(),
        })
    }

    /// `https://host[:port]/path`, without query.
    pub fn origin_and_path(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.path)
    }

    /// Whether traffic goes over the network unencrypted: loopback does not leave the machine.
    pub fn is_plain_text(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "ws") && !self.is_loopback()
    }

    pub fn is_loopback(&self) -> bool {
        let name = match self.host.strip_prefix('[') {
            Some(six) => six.split(']').next().unwrap_or(six),
            None => self.host.split(':').next().unwrap_or(&self.host),
        };
        if name == "localhost" || name.ends_with(".localhost") || name == "::1" {
            return true;
        }
        // Four numbers: `127.evil.example` is a name anybody can register.
        name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_identify() {
        let url =
            Url::parse("HTTPS://user:pw@MCP.Example.com:443/v1/Mcp?api_key=x&mode=y#top").expect("parses");
        assert_eq!(url.origin_and_path(), "https://mcp.example.com/v1/Mcp");
        assert_eq!(url.query_names, ["api_key", "mode"]);
        assert!(url.has_credentials && !url.is_plain_text());
    }

    #[test]
    fn plain_text_is_all_but_loopback() {
        for loopback in
            ["http://localhost:5173/x", "http://127.0.0.1/", "ws://[::1]:9/", "http://app.localhost/"]
        {
            assert!(!Url::parse(loopback).expect("parses").is_plain_text(), "{loopback}");
        }
        for open in [
            "http://example.com/",
            "http://127.evil.example/",
            "http://localhost.evil.example/",
            "ws://10.0.0.1/",
        ] {
            assert!(Url::parse(open).expect("parses").is_plain_text(), "{open}");
        }
    }

    #[test]
    fn what_two_readers_see_differently_is_no_address() {
        for bad in [
            "https://good.example\\@evil.example/",
            "https:///x",
            "not-a-url",
            "ftp://x/",
            "https://ev\u{ef}l/",
            "https://a b/",
        ] {
            assert_eq!(Url::parse(bad), None, "{bad}");
        }
    }
}
