import Foundation
import GRDBSQLite
import Synchronization

/// A file system below SQLite that remembers what a power cut would leave: for every file in a
/// watched folder the content at its last sync, and every write after it, of which a power cut
/// leaves any part. It can also fail: a full disk, a short write, an error of the device.
///
/// Stands in front of SQLite's own for the whole test process and touches only watched folders.
final class LossyFileSystem: Sendable {
    static let shared = LossyFileSystem()

    private struct State {
        /// Watched folder to the folder that receives what was synced.
        var watched: [String: String] = [:]
        /// Open files by address.
        var paths: [UInt: String] = [:]
        var syncs: [String: Int] = [:]
        var isFailing: Set<String> = []
        var writeFaults: [String: WriteFault] = [:]
        var contents: [String: FileContents] = [:]
        /// Called after every write in a folder.
        var observers: [String: @Sendable () -> Void] = [:]
    }

    /// How a write fails.
    enum WriteFault: Sendable {
        /// Nothing is written: no space.
        case full
        /// Half of it is written, then there is no space.
        case short
        /// The device answers with an error.
        case device
    }

    private let state = Mutex(State())
    /// SQLite's own file system and its methods, kept for the process's life. The first
    /// is written once before any thread opens a file, the second under `methodsLock`.
    nonisolated(unsafe) private static var original: UnsafeMutablePointer<sqlite3_vfs>?
    nonisolated(unsafe) private static var replaced: [UInt: UnsafePointer<sqlite3_io_methods>] = [:]
    private static let methodsLock = NSLock()
    /// SQLITE_IOERR_FSYNC, whose macro is not imported.
    private static let syncFailure = SQLITE_IOERR | (4 << 8)
    /// SQLITE_IOERR_WRITE.
    private static let writeFailure = SQLITE_IOERR | (3 << 8)

    private init() {
        guard let own = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no VFS") }
        LossyFileSystem.original = own
        let shim = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        shim.initialize(to: own.pointee)
        shim.pointee.pNext = nil
        shim.pointee.zName = UnsafePointer(strdup("lossy"))
        shim.pointee.xOpen = { _, name, file, flags, outFlags in
            LossyFileSystem.open(name, file, flags, outFlags)
        }
        let code = sqlite3_vfs_register(shim, 1)
        precondition(code == SQLITE_OK)
    }

    /// Copies every synced state of the files in `folder` into `survivor`.
    func watch(_ folder: String, survivor: String) {
        state.withLock { $0.watched[folder] = survivor }
    }

    /// How often a file was synced.
    func syncCount(_ path: String) -> Int { state.withLock { $0.syncs[path] ?? 0 } }

    /// Lets every sync of a file fail, or work again.
    func setFailing(_ path: String, _ fails: Bool) {
        state.withLock { state in
            if fails { state.isFailing.insert(path) } else { state.isFailing.remove(path) }
        }
    }

    /// Lets every write to a file fail in a way, or work again.
    func setWriteFault(_ path: String, _ fault: WriteFault?) {
        state.withLock { $0.writeFaults[path] = fault }
    }

    /// Keeps in memory what is written to a folder from now on; `afterWrite` is called after each.
    func record(_ folder: String, afterWrite: @escaping @Sendable () -> Void = {}) {
        state.withLock { state in
            state.watched[folder] = state.watched[folder] ?? ""
            state.observers[folder] = afterWrite
        }
    }

    /// Writes what a power cut at this moment might leave of a recorded file: what was synced,
    /// and of every later write nothing, all, or some sectors, as chance has it.
    func leaveRemains(of path: String, at other: String, _ random: inout SeededGenerator) {
        guard let contents = state.withLock({ $0.contents[path] }) else { return }
        let bytes = contents.remains(&random)
        let isMade = FileManager.default.createFile(atPath: other, contents: Data(bytes))
        precondition(isMade, "\(other) cannot be written")
    }

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt,
        _ outFlags: UnsafeMutablePointer<CInt>?
    ) -> CInt {
        guard let own = original, let file else { return SQLITE_CANTOPEN }
        let code = own.pointee.xOpen(own, name, file, flags, outFlags)
        guard code == SQLITE_OK, let name, let methods = file.pointee.pMethods else { return code }
        let path = String(cString: name)
        let isWatched = shared.state.withLock { state in
            guard state.watched.keys.contains(where: { path.hasPrefix($0 + "/") }) else {
                return false
            }
            state.paths[UInt(bitPattern: file)] = path
            return true
        }
        if isWatched {
            let found = contents(of: file, methods)
            shared.state.withLock { state in
                if state.contents[path] == nil { state.contents[path] = FileContents(found) }
            }
            file.pointee.pMethods = watching(methods)
        }
        return code
    }

    /// The same methods with our sync and close; made once for each set.
    private static func watching(
        _ methods: UnsafePointer<sqlite3_io_methods>
    ) -> UnsafePointer<sqlite3_io_methods> {
        methodsLock.withLock {
            for (copy, source) in replaced where source == methods {
                if let known = UnsafePointer<sqlite3_io_methods>(bitPattern: copy) { return known }
            }
            let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            copy.initialize(to: methods.pointee)
            copy.pointee.xWrite = { file, bytes, count, place in
                LossyFileSystem.write(file, bytes, count, place)
            }
            copy.pointee.xTruncate = { file, size in LossyFileSystem.truncate(file, size) }
            copy.pointee.xSync = { file, flags in LossyFileSystem.sync(file, flags) }
            copy.pointee.xClose = { file in LossyFileSystem.close(file) }
            replaced[UInt(bitPattern: copy)] = methods
            return UnsafePointer(copy)
        }
    }

    private static func source(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> UnsafePointer<sqlite3_io_methods>? {
        guard let copy = file?.pointee.pMethods else { return nil }
        return methodsLock.withLock { replaced[UInt(bitPattern: copy)] }
    }

    /// The whole file, read through SQLite's own methods: a descriptor of ours, once closed, would
    /// drop the locks SQLite holds.
    private static func contents(
        of file: UnsafeMutablePointer<sqlite3_file>, _ methods: UnsafePointer<sqlite3_io_methods>
    ) -> [UInt8] {
        var size: sqlite3_int64 = 0
        guard methods.pointee.xFileSize(file, &size) == SQLITE_OK, size > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let code = bytes.withUnsafeMutableBytes {
            methods.pointee.xRead(file, $0.baseAddress, CInt($0.count), 0)
        }
        return code == SQLITE_OK ? bytes : []
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: CInt,
        _ place: sqlite3_int64
    ) -> CInt {
        guard let file, let bytes, let methods = source(file) else { return writeFailure }
        let path = shared.state.withLock { $0.paths[UInt(bitPattern: file)] } ?? ""
        let fault = shared.state.withLock { $0.writeFaults[path] }
        var taken = count
        switch fault {
        case .full: return SQLITE_FULL
        case .device: return writeFailure
        case .short: taken = count / 2
        case nil: break
        }
        let code = methods.pointee.xWrite(file, bytes, taken, place)
        guard code == SQLITE_OK else { return code }
        let written = Array(UnsafeRawBufferPointer(start: bytes, count: Int(taken)))
        let observer = shared.state.withLock { state in
            state.contents[path]?.write(written, at: Int(place))
            return state.observers.first { path.hasPrefix($0.key + "/") }?.value
        }
        observer?()
        return fault == nil ? SQLITE_OK : SQLITE_FULL
    }

    private static func truncate(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ size: sqlite3_int64
    ) -> CInt {
        guard let file, let methods = source(file) else { return SQLITE_IOERR }
        let code = methods.pointee.xTruncate(file, size)
        guard code == SQLITE_OK else { return code }
        shared.state.withLock { state in
            guard let path = state.paths[UInt(bitPattern: file)] else { return }
            state.contents[path]?.truncate(to: Int(size))
        }
        return code
    }

    private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt) -> CInt {
        guard let file, let methods = source(file) else { return syncFailure }
        let path = shared.state.withLock { $0.paths[UInt(bitPattern: file)] }
        guard let path else { return syncFailure }
        if shared.state.withLock({ $0.isFailing.contains(path) }) {
            return syncFailure
        }
        let code = methods.pointee.xSync(file, flags)
        guard code == SQLITE_OK else { return code }
        shared.state.withLock { $0.contents[path]?.sync() }
        return shared.keep(path) ? code : syncFailure
    }

    private static func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> CInt {
        guard let file, let methods = source(file) else { return SQLITE_IOERR }
        shared.state.withLock { $0.paths[UInt(bitPattern: file)] = nil }
        return methods.pointee.xClose(file)
    }

    /// Copies a file as it stands, by a descriptor of `cat`'s: closing one of ours would drop the
    /// locks SQLite holds on the file.
    private func keep(_ path: String) -> Bool {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let survivor = state.withLock { state in
            state.syncs[path, default: 0] += 1
            return state.watched[folder]
        }
        guard let survivor, !survivor.isEmpty else { return true }
        let copy = Process()
        copy.executableURL = URL(fileURLWithPath: "/bin/cp")
        copy.arguments = [path, survivor + "/" + url.lastPathComponent]
        do { try copy.run() } catch { return false }
        copy.waitUntilExit()
        return copy.terminationStatus == 0
    }
}
