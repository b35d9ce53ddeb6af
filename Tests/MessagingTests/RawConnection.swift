import Glibc

/// Sends bytes over a plain TCP connection to this machine, as a hostile peer might.
func sendRawBytes(_ chunks: [[UInt8]], port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            connect(descriptor, generic, size)
        }
    }
    guard code == 0 else { return false }
    for chunk in chunks {
        guard send(descriptor, chunk, chunk.count, Int32(MSG_NOSIGNAL)) == chunk.count else {
            return false
        }
        // libzmq takes what comes in one piece with a greeting for a violation of the protocol.
        usleep(50_000)
    }
    return true
}
