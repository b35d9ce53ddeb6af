import Artifacts
import Testing

struct PassphraseSealTests {
    private let secret = Array("the scheduler's secret key".utf8)
    private let passphrase = Array("correct horse battery".utf8)

    @Test func whatWasSealedIsOpened() {
        let sealed = PassphraseSeal.seal(secret, passphrase: passphrase)
        #expect(PassphraseSeal.open(sealed, passphrase: passphrase) == secret)
        #expect(
            PassphraseSeal.open(
                PassphraseSeal.seal([], passphrase: passphrase), passphrase: passphrase) == [])
    }

    @Test func everySealDiffersAndHidesTheSecret() {
        let first = PassphraseSeal.seal(secret, passphrase: passphrase)
        let second = PassphraseSeal.seal(secret, passphrase: passphrase)
        #expect(first != second)
        let text = String(decoding: first, as: UTF8.self)
        #expect(!text.contains("secret"))
    }

    @Test func anotherPassphraseOpensNothing() {
        let sealed = PassphraseSeal.seal(secret, passphrase: passphrase)
        #expect(PassphraseSeal.open(sealed, passphrase: Array("correct horse".utf8)) == nil)
        #expect(PassphraseSeal.open(sealed, passphrase: []) == nil)
    }

    @Test func changedBytesAreFound() {
        let sealed = PassphraseSeal.seal(secret, passphrase: passphrase)
        // One of each part: magic, cost, salt, nonce, content, tag.
        for place in [0, 5, 10, 25, 40, sealed.count - 1] {
            var changed = sealed
            changed[place] ^= 1
            #expect(PassphraseSeal.open(changed, passphrase: passphrase) == nil, "\(place)")
        }
        for length in [0, 5, 33, sealed.count - 1] {
            let cut = Array(sealed.prefix(length))
            #expect(PassphraseSeal.open(cut, passphrase: passphrase) == nil, "\(length)")
        }
    }
}
