/// The receiving side of sealed frames under one term key. One thread at a time.
package final class FrameOpener {
    /// Why a frame was not opened; nothing has changed.
    package enum Refusal: Error, Sendable, Hashable {
        /// It has no stamp, or is shorter than a tag.
        case malformed
        /// It was not sealed under this key, or changed on its way.
        case forged
        /// A frame of this channel with the same or a later number was opened before.
        case replayed
        /// More lives of senders than there can be.
        case tooManySenders
    }

    /// The most lives of senders under one term key.
    package static let mostSenders = 4_096

    /// What is known of one life of a sender.
    private struct Sender {
        let cipher: FrameCipher
        var lastCounters: [UInt32: UInt64] = [:]
    }

    private let termKey: [UInt8]
    private var senders: [[UInt8]: Sender] = [:]

    /// Opens what was sealed under this term key of 32 bytes.
    package init(termKey: [UInt8]) {
        self.termKey = termKey
    }

    /// Opens a frame into `output`, which holds `sealed.count - FrameSealer.overhead` bytes.
    ///
    /// `clear` is the address with the stamp behind it, as ``FrameSealer/seal`` gave it. Only a
    /// frame whose seal is right is remembered, so nobody without the key can fill the memory.
    package func open(
        _ sealed: UnsafeRawBufferPointer, clear: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawPointer
    ) throws(Refusal) {
        guard clear.count >= SealStamp.byteCount, sealed.count >= FrameSealer.overhead,
            let stamp = SealStamp(
                UnsafeRawBufferPointer(rebasing: clear.suffix(SealStamp.byteCount)))
        else { throw .malformed }
        var sender: Sender
        if let known = senders[stamp.salt] {
            sender = known
        } else {
            guard senders.count < Self.mostSenders else { throw .tooManySenders }
            let key = KeyDerivation.key(
                secret: termKey, salt: stamp.salt, info: FrameSealer.purpose)
            sender = Sender(cipher: FrameCipher(key: key, isSealing: false))
        }
        guard stamp.counter > sender.lastCounters[stamp.channel, default: 0] else {
            throw .replayed
        }
        guard sender.cipher.open(sealed, nonce: stamp.nonce, associated: clear, into: output)
        else { throw .forged }
        sender.lastCounters[stamp.channel] = stamp.counter
        senders[stamp.salt] = sender
    }
}
