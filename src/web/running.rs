//! A server that runs, and its end.

use actix_web::dev::ServerHandle;
use std::{net::SocketAddr, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// How long its whole end may take.
const END: Duration = Duration::from_secs(12);

/// A server that runs. Dropping it leaves it running; [`Running::stop`] ends it.
pub struct Running {
    pub address: SocketAddr,
    pub(super) handle: ServerHandle,
    pub(super) stopping: watch::Sender<bool>,
    pub(super) server: JoinHandle<std::io::Result<()>>,
    pub(super) tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends it: no new requests, streams end, what is under way is finished, what was acknowledged is kept. Takes no
    /// longer than 12 s: what hangs then is left, and whoever waits for it hears nothing.
    pub async fn stop(self) {
        // Streams end first: an open one would hold the server's own end up to its timeout.
        let _ = self.stopping.send(true);
        let left: Vec<_> = self.tasks.iter().map(JoinHandle::abort_handle).collect();
        let ending = async {
            self.handle.stop(true).await;
            let _ = self.server.await;
            for task in self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(END, ending).await.is_err() {
            tracing::warn!("something hangs, and is left so");
            left.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
}
