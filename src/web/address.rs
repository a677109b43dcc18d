//! Where a request comes from: the connection's other end, or, behind proxies that the configuration names,
//! what they say of it.

use actix_web::HttpRequest;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// Addresses that share their first `bits`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Network {
    first: IpAddr,
    bits: u32,
}

/// The proxies that are believed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proxies(Vec<Network>);

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not an address or a network such as 10.0.0.0/8 or ::1")]
pub struct BadProxy(pub String);

fn network(text: &str) -> Option<Network> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let first = address.parse::<IpAddr>().ok()?;
    let most = if first.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then_some(Network { first, bits })
}

/// The address as a number whose highest bits come first.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(u32::from(four)) << 96,
        IpAddr::V6(six) => u128::from(six),
    }
}

impl Network {
    fn has(&self, address: IpAddr) -> bool {
        let shift = 128_u32.saturating_sub(self.bits);
        let front = |address| number(address).checked_shr(shift).unwrap_or(0);
        self.first.is_ipv4() == address.is_ipv4() && front(self.first) == front(address)
    }
}

impl FromStr for Proxies {
    type Err = BadProxy;

    /// A list with commas between; empty: none. Errors: `BadProxy`, with the item.
    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let read = |item: &str| network(item).ok_or_else(|| BadProxy(item.to_owned()));
        Ok(Self(items.map(read).collect::<Result<_, _>>()?))
    }
}

impl Proxies {
    pub fn believes(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }

    /// The client's address. `said`: the values of `X-Forwarded-For` in the order in which they came.
    ///
    /// Each proxy writes behind the list whom it was asked by. So the list is read from its end, for as long
    /// as who wrote is believed; anything before that anybody could have made up.
    fn client<'a>(&self, peer: IpAddr, said: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        for item in said.rev().flat_map(|value| value.rsplit(',')) {
            if !self.believes(client) {
                break;
            }
            let item = item.trim();
            let address = item.parse::<IpAddr>().ok();
            let with_port = || item.parse::<SocketAddr>().ok().map(|socket| socket.ip());
            match address.or_else(with_port) {
                Some(address) => client = address.to_canonical(),
                None => break,
            }
        }
        client
    }
}

/// The client's address, as far as it can be believed.
pub fn client(request: &HttpRequest, proxies: &Proxies) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let said: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    proxies.client(peer, said.into_iter())
}

/// What one customer has to themselves: an address of IPv4, the first 64 bits of one of IPv6.
pub fn network_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(_) => number(address) >> 96,
        IpAddr::V6(_) => number(address) >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a8_only_proxies_that_are_named_are_believed() {
        for (proxies, peer, said, client) in [
            // Nobody is named: what is said does not matter.
            ("", "127.0.0.1", vec!["1.2.3.4"], "127.0.0.1"),
            ("10.0.0.0/8", "11.0.0.1", vec!["1.2.3.4"], "11.0.0.1"),
            ("10.0.0.0/8", "10.1.1.1", vec!["1.2.3.4"], "1.2.3.4"),
            // The client wrote the first one itself.
            ("10.0.0.0/8", "10.1.1.1", vec!["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (
                "10.0.0.0/8",
                "10.1.1.1",
                vec!["6.6.6.6", "1.2.3.4, 10.2.2.2"],
                "1.2.3.4",
            ),
            ("10.0.0.0/8", "10.1.1.1", vec!["1.2.3.4:567, 10.2.2.2:8"], "1.2.3.4"),
            ("10.0.0.0/8", "10.1.1.1", vec![], "10.1.1.1"),
            ("10.0.0.0/8", "10.1.1.1", vec!["unknown"], "10.1.1.1"),
            ("10.0.0.0/8", "10.1.1.1", vec!["1.2.3.4, rubbish"], "10.1.1.1"),
            ("127.0.0.1, ::1", "::1", vec!["2001:db8::7"], "2001:db8::7"),
            ("::1/128", "::1", vec!["[2001:db8::7]:80"], "2001:db8::7"),
            ("127.0.0.1", "::ffff:127.0.0.1", vec!["1.2.3.4"], "1.2.3.4"),
            ("2001:db8::/32", "2001:db9::1", vec!["1.2.3.4"], "2001:db9::1"),
            ("0.0.0.0/0", "9.9.9.9", vec!["1.2.3.4"], "1.2.3.4"),
        ] {
            let believed: Proxies = proxies.parse().unwrap();
            let found = believed.client(peer.parse().unwrap(), said.iter().copied());
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{proxies} {peer} {said:?}");
        }
        for bad in ["10.0.0.0/33", "::1/129", "proxy", "10.0.0.0/8/8", "10.0.0.0/-1"] {
            assert_eq!(bad.parse::<Proxies>(), Err(BadProxy(bad.into())), "{bad}");
        }
    }
}
