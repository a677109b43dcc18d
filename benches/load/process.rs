//! Other processes: servers on core 0, their memory and their time on it, and a PostgreSQL of our own.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// The project's own program, as cargo built it for this benchmark.
pub const PROJECT: &str = env!("CARGO_BIN_EXE_bugathlon");

/// `name` where it is in PATH.
pub fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

pub fn cores() -> usize {
    fs::read_to_string("/proc/cpuinfo").map_or(1, |text| {
        text.lines().filter(|line| line.starts_with("processor")).count().max(1)
    })
}

/// A command that runs on these cores, such as `0` or `0,1`; anywhere where `taskset` is not there.
pub fn on_cores(cores_wanted: &str, program: impl AsRef<Path>) -> Command {
    match found("taskset").filter(|_| cores() > 1) {
        Some(taskset) => {
            let mut command = Command::new(taskset);
            command.arg("-c").arg(cores_wanted).arg(program.as_ref());
            command
        }
        None => Command::new(program.as_ref()),
    }
}

/// This very program in another role.
pub fn role(cores_wanted: &str, role: &str) -> Command {
    let own = std::env::current_exe().expect("the program's own path");
    let mut command = on_cores(cores_wanted, own);
    command.arg("--role").arg(role);
    command
}

/// A server that said where it listens. Killed when it is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it and waits for the line `http://ADDRESS/` on its standard output.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let out = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line)? > 0 {
            let address = line
                .trim()
                .strip_prefix("http://")
                .map(|rest| rest.trim_end_matches('/'));
            if let Some(address) = address.and_then(|text| text.parse().ok()) {
                return Ok(Self {
                    child,
                    address,
                    _out: out,
                });
            }
            line.clear();
        }
        let ended = child.wait()?;
        Err(io::Error::other(format!("a server did not start: {ended}")))
    }

    /// The project on `database`, on core 0, its log in `log`.
    pub fn project(database: &str, log: &Path) -> io::Result<Self> {
        let mut command = on_cores("0", PROJECT);
        command
            .args(["--database-url", database, "serve", "--listen", "127.0.0.1:0"])
            .stderr(fs::File::create(log)?);
        Self::start(command)
    }

    /// The project on `database` behind a proxy on this machine, with so many open files (`SOFT:HARD`) where
    /// `prlimit` is there to say so.
    pub fn of_proxy(database: &str, log: &Path, files: &str) -> io::Result<Self> {
        let mut command = match found("prlimit") {
            Some(prlimit) => {
                let mut command = on_cores("0", prlimit);
                command.arg(format!("--nofile={files}")).arg(PROJECT);
                command
            }
            None => on_cores("0", PROJECT),
        };
        command
            .args(["--database-url", database, "serve", "--listen", "127.0.0.1:0"])
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .stderr(fs::File::create(log)?);
        Self::start(command)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> u64 {
        resident(self.id())
    }

    /// Seconds of processor time so far.
    pub fn busy(&self) -> f64 {
        busy(self.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

pub fn busy(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name may hold spaces; what counts stands behind its bracket. Linux tells hundredths of a second.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// A port that was free a moment ago.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Open files that this process and its children may have; tries to raise it where that is too little.
pub fn may_open(wanted: u64) -> u64 {
    let soft = |text: &str| -> u64 {
        let line = text.lines().find(|line| line.starts_with("Max open files"));
        let words: Vec<&str> = line.unwrap_or("").split_whitespace().collect();
        words.get(3).map_or(0, |word| word.parse().unwrap_or(u64::MAX))
    };
    let limits = || soft(&fs::read_to_string("/proc/self/limits").unwrap_or_default());
    if limits() < wanted
        && let Some(prlimit) = found("prlimit")
    {
        let _ = Command::new(prlimit)
            .arg(format!("--pid={}", std::process::id()))
            .arg(format!("--nofile={wanted}:{wanted}"))
            .stderr(Stdio::null())
            .status();
    }
    limits()
}

/// Of PostgreSQL, together in one folder.
const NEEDED: [&str; 5] = ["initdb", "postgres", "pg_ctl", "psql", "pgbench"];

/// A PostgreSQL cluster in a temporary folder, gone when it is dropped.
pub struct Postgres {
    server: Child,
    dir: PathBuf,
    bin: PathBuf,
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Errors: why there is none.
    pub fn start() -> Result<Self, String> {
        let homes = [PathBuf::from("/usr/lib/postgresql/15/bin")];
        let in_path = found("initdb").and_then(|file| file.parent().map(Path::to_owned));
        let bin = in_path
            .into_iter()
            .chain(homes)
            .find(|dir| NEEDED.iter().all(|name| dir.join(name).is_file()))
            .ok_or_else(|| format!("neither PATH nor /usr/lib/postgresql/15/bin has {}", NEEDED.join(", ")))?;
        let user = unprivileged()?;
        let dir = std::env::temp_dir().join(format!("bugathlon-bench-pg-{}", std::process::id()));
        fs::create_dir_all(&dir).map_err(|why| why.to_string())?;
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid)).map_err(|why| why.to_string())?;
        }
        let data = dir.join("data");
        let made = as_user(&bin.join("initdb"), user)
            .args(["-A", "trust", "-U", "bench", "--no-locale", "-E", "UTF8", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            let _ = fs::remove_dir_all(&dir);
            return Err("initdb failed".to_owned());
        }
        let log = fs::File::create(dir.join("log")).map_err(|why| why.to_string())?;
        let server = as_user(&bin.join("postgres"), user)
            .arg("-D")
            .arg(&data)
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "shared_buffers=256MB",
                "-c",
                "max_wal_size=4GB",
            ])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", dir.display()))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|why| why.to_string())?;
        let cluster = Self { server, dir, bin, user };
        let mut said = String::new();
        for _ in 0..100 {
            match cluster.run("psql", &["-c", "CREATE DATABASE bench"]) {
                Ok(_) => return Ok(cluster),
                Err(why) => said = why,
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(cluster.dir.join("log")).unwrap_or_default();
        Err(format!(
            "the cluster did not start within 10 s: {}; {}",
            said.trim(),
            log.trim()
        ))
    }

    pub fn url(&self) -> String {
        let host = self.dir.display().to_string().replace('/', "%2F");
        format!("postgres://bench@{host}/bench")
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs one of PostgreSQL's programs on core 1; returns what it printed.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = on_cores("1", self.bin.join(program));
        command
            .args(["-h", &self.dir.display().to_string(), "-U", "bench"])
            .args(arguments)
            .env(
                "PGDATABASE",
                if arguments.iter().any(|a| a.starts_with("CREATE DATABASE")) {
                    "postgres"
                } else {
                    "bench"
                },
            )
            .env("LC_ALL", "C");
        let out = command.output().map_err(|why| why.to_string())?;
        if out.status.success() {
            Ok(String::from_utf8_lossy(&out.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&out.stderr).into_owned())
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A fast shutdown, so that it takes its shared memory and its children with it.
        let _ = as_user(&self.bin.join("pg_ctl"), self.user)
            .args(["stop", "-m", "fast", "-s", "-D"])
            .arg(self.dir.join("data"))
            .status();
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let all: Vec<String> = (0..cores()).map(|core| core.to_string()).collect();
    let mut command = on_cores(&all.join(","), program);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    // Its own folder may be closed to the other user.
    command.current_dir("/");
    command
}

/// PostgreSQL refuses to run as root: then somebody else's ids. None: we are nobody special.
fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    let own = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = own.lines().find_map(|line| line.strip_prefix("Uid:"));
    if uid.and_then(|rest| rest.split_whitespace().next()) != Some("0") {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    for wanted in ["postgres", "nobody"] {
        for line in accounts.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == wanted
                && let (Ok(uid), Ok(gid)) = (uid.parse(), gid.parse())
            {
                return Ok(Some((uid, gid)));
            }
        }
    }
    Err("root may not run PostgreSQL, and there is neither `postgres` nor `nobody`".to_owned())
}
