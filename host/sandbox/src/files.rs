//! The files of a session, from outside.

use jsvm::{Bytes, Error, Value, ValueKind, Vm};

use crate::bytes::SessionRecord;
use crate::outcome::FileChange;

/// The files in the memory of a session, from [`Session::files`](crate::Session::files). They are
/// part of the session: of its bytes, and of its forks.
///
/// ```
/// # use jsvm_sandbox::Sandbox;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let mut session = Sandbox::builder().build()?.session()?;
/// session.files()?.write("notes.txt", "tea")?;
/// session.run("files.write('notes.txt', files.read('notes.txt') + ', cake')").await?;
/// assert_eq!(session.files()?.read("notes.txt")?.as_deref(), Some(&b"tea, cake"[..]));
/// # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
/// # Ok::<(), jsvm_sandbox::SandboxError>(())
/// ```
#[derive(Debug)]
pub struct Files<'a> {
    inside: Inside,
    vm: &'a Vm,
}

/// A file, from [`Files::list`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct FileEntry {
    /// The path.
    pub path: String,
    /// UTF-16 units of a text, or bytes.
    pub size: u64,
}

impl<'a> Files<'a> {
    pub(crate) fn new(vm: &'a Vm) -> Result<Files<'a>, Error> {
        Ok(Files {
            inside: Inside::of(vm)?,
            vm,
        })
    }

    /// Returns the content of a file.
    ///
    /// # Errors
    /// [`Error::Exception`] if the path is not valid.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let content = self.inside.call("read", (path,))?;
        if content.is_undefined() {
            return Ok(None);
        }
        if content.kind()? == ValueKind::String {
            // Lone surrogates have no UTF-8: they become U+FFFD.
            return Ok(Some(content.to_text()?.into_bytes()));
        }
        Ok(Some(content.to::<Bytes>()?.0))
    }

    /// Writes a file. UTF-8 becomes a text, other content bytes.
    ///
    /// # Errors
    /// [`Error::Exception`] if the path is not valid; [`Error::Limit`].
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> Result<(), Error> {
        let content = content.as_ref();
        let content = match std::str::from_utf8(content) {
            Ok(text) => self.vm.create_value(text)?,
            Err(_) => self.vm.create_value(Bytes(content.to_vec()))?,
        };
        self.inside.call("write", (path, content)).map(drop)
    }

    /// Removes a file. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Exception`] if the path is not valid.
    pub fn remove(&self, path: &str) -> Result<bool, Error> {
        self.inside.call("remove", (path,))?.to()
    }

    /// Returns the files, sorted by path.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn list(&self) -> Result<Vec<FileEntry>, Error> {
        self.inside.call("list", ())?.to()
    }

    /// Returns what changed since the session began, or since [`accept`](Self::accept).
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn changes(&self) -> Result<Vec<FileChange>, Error> {
        self.inside.call("changes", ())?.to()
    }

    /// Takes note of the present state: [`changes`](Self::changes) starts from it.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn accept(&self) -> Result<(), Error> {
        self.inside.call("accept", ()).map(drop)
    }
}

/// The part of a session in its VM: see `install.js`.
#[derive(Debug)]
pub struct Inside(Value);

impl Inside {
    const ROOT: &str = "jsvm:sandbox";
    /// The name of the requests of tools.
    pub const REQUEST: &str = "jsvm:tool";

    /// Installs it in a fresh VM.
    pub fn install(vm: &Vm) -> Result<Inside, Error> {
        let script = jsvm::Source::script(include_str!("install.js")).file_name("jsvm:sandbox");
        let request = vm.create_request_function(Self::REQUEST, 2)?;
        let inside = vm.eval(script)?.call((request,))?;
        vm.roots().set(Self::ROOT, &inside)?;
        Ok(Inside(inside))
    }

    /// Finds it in a VM. One that lacks it is not that of a session.
    pub fn find(vm: &Vm) -> Result<Option<Inside>, Error> {
        Ok(vm.roots().get(Self::ROOT)?.map(Inside))
    }

    fn of(vm: &Vm) -> Result<Inside, Error> {
        match Self::find(vm)? {
            Some(inside) => Ok(inside),
            None => Self::install(vm),
        }
    }

    /// Returns what the VM knows of its session. It can be anything: the bytes can be of anybody.
    pub fn record(&self) -> Result<Option<SessionRecord>, Error> {
        let record = self.call("getRecord", ())?;
        let text: Option<String> = record.to().unwrap_or_default();
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Tells the VM of its session.
    pub fn set_record(&self, record: &SessionRecord) -> Result<(), Error> {
        // Texts and a number are always JSON.
        let text = serde_json::to_string(record).unwrap_or_default();
        self.call("setRecord", (text,)).map(drop)
    }

    /// Calls one of its functions.
    pub fn call(&self, name: &str, args: impl jsvm::IntoArgs) -> Result<Value, Error> {
        self.0.get(name)?.call(args)
    }
}
