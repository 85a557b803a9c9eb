"""OpenSSL's own library in this process, so that it is as warm as the gateway when both read the
same body: started anew for each body, the command spends most of its time on its own beginning.
"""

import ctypes
import ctypes.util
import time

BINARY = 0x80
ANY_PURPOSE = 7


class Library:
    """The few calls that decrypt and verify CMS. Every pointer is a plain number."""

    POINTERS = ("BIO_new_mem_buf", "BIO_new", "BIO_s_mem", "PEM_read_bio_X509",
                "PEM_read_bio_PrivateKey", "X509_STORE_new", "d2i_CMS_bio")
    NUMBERS = ("CMS_decrypt", "CMS_verify", "BIO_read", "X509_STORE_add_cert",
               "X509_STORE_set_purpose")
    FREES = ("BIO_free", "CMS_ContentInfo_free")

    def __init__(self):
        name = ctypes.util.find_library("crypto")
        if not name:
            raise OSError("libcrypto is not there")
        library = ctypes.CDLL(name)
        for call in (*self.POINTERS, *self.NUMBERS, *self.FREES):
            function = getattr(library, call)
            function.restype = ctypes.c_void_p if call in self.POINTERS else ctypes.c_int
            setattr(self, call, function)

    def source(self, octets):
        return self.BIO_new_mem_buf(octets, ctypes.c_int(len(octets)))

    def pem(self, reader, file):
        return ctypes.c_void_p(getattr(self, reader)(ctypes.c_void_p(
            self.source(file.read_bytes())), None, None, None))

    def through(self, octets, work):
        """What `work(cms, sink)` writes for that CMS."""
        source = ctypes.c_void_p(self.source(octets))
        cms = ctypes.c_void_p(self.d2i_CMS_bio(source, None))
        sink = ctypes.c_void_p(self.BIO_new(ctypes.c_void_p(self.BIO_s_mem())))
        if not cms or work(cms, sink) != 1:
            raise AssertionError("expected libcrypto to read the body")
        buffer = ctypes.create_string_buffer(len(octets))
        length = self.BIO_read(sink, buffer, len(octets))
        for free, pointer in (("CMS_ContentInfo_free", cms), ("BIO_free", sink),
                              ("BIO_free", source)):
            getattr(self, free)(pointer)
        return buffer.raw[:length]


def reads(body, reader, trust, rounds):
    """Microseconds of processor time to decrypt and verify that body once, in a warm process."""
    library = Library()
    certificate = library.pem("PEM_read_bio_X509", reader[0])
    key = library.pem("PEM_read_bio_PrivateKey", reader[1])
    store = ctypes.c_void_p(library.X509_STORE_new())
    library.X509_STORE_add_cert(store, library.pem("PEM_read_bio_X509", trust))
    library.X509_STORE_set_purpose(store, ANY_PURPOSE)

    def once():
        signed = library.through(body, lambda cms, out: library.CMS_decrypt(
            cms, key, certificate, None, out, BINARY)).partition(b"\r\n\r\n")[2]
        return library.through(signed, lambda cms, out: library.CMS_verify(
            cms, None, store, None, out, BINARY))

    for _ in range(rounds // 10):
        once()
    before = time.process_time()
    for _ in range(rounds):
        text = once()
    spent = time.process_time() - before
    if b"m=audio" not in text:
        raise AssertionError("expected the session description that is in the body")
    return 1e6 * spent / rounds
